import type { RawReply } from './raw-replies.js';

/** Parses a bulk string, a simple string or an error; `isError` is set for an error. */
export class RawText implements RawReply {
  text = '';
  isError = false;
  isComplete = false;
  need = 1;

  /** See RawReply. */
  take(bytes: Buffer, from: number): number {
    const lineEnd = bytes.indexOf('\r\n', from);
    if (lineEnd === -1) {
      this.need = bytes.length - from + 1;
      return from;
    }
    const line = bytes.toString('utf8', from, lineEnd);
    const start = lineEnd + 2;
    if (line[0] === '+' || line[0] === '-') return this.#end(line.slice(1), line[0] === '-', start);
    const length = Number(/^\$(\d+)$/.exec(line)?.[1]);
    if (Number.isNaN(length)) throw new Error('an answer of Redis is no text');
    const end = start + length + 2;
    if (end > bytes.length) {
      this.need = end - from;
      return from;
    }
    return this.#end(bytes.toString('utf8', start, end - 2), false, end);
  }

  #end(text: string, isError: boolean, end: number): number {
    this.text = text;
    this.isError = isError;
    this.isComplete = true;
    return end;
  }
}
