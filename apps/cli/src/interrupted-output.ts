import type { Output } from './output.js';

/** Additional JSON fields of an interrupted command. @param of the total number of items. */
export function interruptedPart(
  isInterrupted: boolean,
  of: number,
): { readonly interrupted?: true; readonly of?: number } {
  return isInterrupted ? { interrupted: true, of } : {};
}

/** Reports the progress of an interrupted command, and gives its exit code. */
export function endInterrupted(out: Output, howFar: string): 'interrupted' {
  out.note(`interrupted: ${howFar}`);
  return 'interrupted';
}
