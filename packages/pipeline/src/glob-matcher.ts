import { codeOf, type OneCharacter, type Token } from './glob-tokens.js';

/** One token as a test of a character's code point; `undefined` for `*`. */
type Step = ((code: number) => boolean) | undefined;

/**
 * Compiles tokens into a test of whole texts. The text between two `*` matches as far left as possible,
 * without backtracking. So a test takes at most (length of the text) × (length of the pattern) steps. A
 * regular expression may take (length of the text) to the power of the number of `*`.
 */
export function globMatcher(tokens: readonly Token[]): (text: string) => boolean {
  const steps = tokens.map((token): Step => (token.kind === 'many' ? undefined : testOf(token)));
  return (text) => matches(steps, text);
}

function matches(steps: readonly Step[], text: string): boolean {
  let step = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    const takes = steps[step];
    if (step < steps.length && takes === undefined) {
      star = step++;
      resume = at;
    } else if (takes?.(code)) {
      step++;
      at += widthOf(code);
    } else {
      if (star < 0) return false;
      step = star + 1;
      resume += widthOf(text.codePointAt(resume) ?? 0);
      at = resume;
    }
  }
  while (step < steps.length && steps[step] === undefined) step++;
  return step === steps.length;
}

function widthOf(code: number): number {
  return code > 0xffff ? 2 : 1;
}

function testOf(token: OneCharacter): (code: number) => boolean {
  if (token.kind === 'any') return () => true;
  if (token.kind === 'literal') {
    const wanted = codeOf(token.char);
    return (code) => code === wanted;
  }
  const ranges = token.ranges.map(([first, last]) => [codeOf(first), codeOf(last)] as const);
  return (code) => ranges.some(([first, last]) => code >= first && code <= last) !== token.isNegated;
}
