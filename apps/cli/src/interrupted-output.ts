import type { Output } from './output.js';

/** What the JSON of a command has besides, where it was interrupted. @param of how many there were to be done. */
export function interruptedPart(
  isInterrupted: boolean,
  of: number,
): { readonly interrupted?: true; readonly of?: number } {
  return isInterrupted ? { interrupted: true, of } : {};
}

/** Tells how far a command came that was interrupted, and is how it ends. */
export function endInterrupted(out: Output, howFar: string): 'interrupted' {
  out.note(`interrupted: ${howFar}`);
  return 'interrupted';
}
