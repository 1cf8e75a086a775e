import { maskCredentials } from '@redis-to-mongo/terminal';

/** An error as it stands in a log line. */
export interface RenderedError {
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: RenderedError;
}

/** Causes that are followed; a longer chain is cut. */
const MAX_CAUSES = 8;

/** Code, message and the chain of causes of whatever was thrown, credentials hidden; the stack only where asked for. */
export function renderError(thrown: unknown, withStack: boolean, depth = 0): RenderedError {
  if (!(thrown instanceof Error)) return { message: maskCredentials(textOf(thrown)) };
  const code = errorCode(thrown);
  const cause = thrown.cause ?? firstOf(thrown);
  return {
    ...(code === undefined ? {} : { code }),
    message: maskCredentials(thrown.message || (cause instanceof Error ? cause.message : thrown.name)),
    ...(withStack && thrown.stack ? { stack: maskCredentials(thrown.stack) } : {}),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: renderError(cause, false, depth + 1) }),
  };
}

/** The `code` of an error: a text, or a number as MongoDB's drivers give it. */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' || typeof thrown.code === 'number' ? String(thrown.code) : undefined;
}

/** Node joins the failures of a host's several addresses in one error without a message. */
function firstOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : undefined;
}

function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : `a ${typeof thrown} was thrown`;
}
