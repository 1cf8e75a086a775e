import { maskCredentials } from '@redis-to-mongo/terminal';

/** An error in a log line. */
export interface RenderedError {
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: RenderedError;
}

/** Maximum length of a chain of causes; a longer chain is cut. */
const MAX_CAUSES = 8;

/**
 * Converts any thrown value to code, message and chain of causes, with credentials hidden. The stack is
 * included only on request.
 */
export function renderError(thrown: unknown, withStack: boolean, depth = 0): RenderedError {
  if (typeof thrown === 'string') return { message: maskCredentials(thrown) };
  if (!(thrown instanceof Error)) return { message: `a ${typeof thrown} was thrown` };
  const code = errorCode(thrown);
  // If a host has several addresses, Node combines their failures in one error without a message.
  const cause = thrown.cause ?? (thrown instanceof AggregateError ? thrown.errors[0] : undefined);
  return {
    ...(code === undefined ? {} : { code }),
    message: maskCredentials(thrown.message || (cause instanceof Error ? cause.message : thrown.name)),
    ...(withStack && thrown.stack ? { stack: maskCredentials(thrown.stack) } : {}),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: renderError(cause, false, depth + 1) }),
  };
}

/** The `code` of an error: a text, or a number as MongoDB's driver uses. */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' || typeof thrown.code === 'number' ? String(thrown.code) : undefined;
}
