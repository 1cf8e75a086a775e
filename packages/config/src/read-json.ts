import { parse, type ValueNode } from '@humanwhocodes/momoa';

/** Both count from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** The value of a JSON text; or what is wrong with the text, with the place, without quoting it. */
export function readJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    const repeated = repeatedMember(parse(text, { mode: 'json' }).body);
    return repeated === undefined
      ? { value }
      : { problem: `names a member twice, again${placeOf(repeated)}` };
  } catch (error) {
    if (text.trim() === '') return { problem: 'is empty' };
    // JSON.parse's message quotes the text, and gives no line on Node 20.
    return { problem: `is not JSON${isCutShort(error, text) ? ': its end is missing' : placeOfError(text)}` };
  }
}

/** The place of a repeated member name in an object: JSON.parse silently keeps the last one. */
function repeatedMember(node: ValueNode): Place | undefined {
  const names = new Set<string>();
  const parts = node.type === 'Array' ? node.elements : node.type === 'Object' ? node.members : [];
  for (const part of parts) {
    if (part.type === 'Member') {
      const name = part.name.type === 'String' ? part.name.value : part.name.name;
      if (names.has(name)) return part.loc.start;
      names.add(name);
    }
    const within = repeatedMember(part.value);
    if (within) return within;
  }
  return undefined;
}

/** Whether the text ends too early. Then the parser's place would be the start of the incomplete part. */
function isCutShort(error: unknown, text: string): boolean {
  if (!(error instanceof SyntaxError)) return false;
  const position = /at position (\d+)/.exec(error.message)?.[1];
  const isAtEnd = position !== undefined && Number(position) >= text.trimEnd().length;
  return isAtEnd || /^Unexpected end|^Unterminated string/.test(error.message);
}

function placeOfError(text: string): string {
  try {
    parse(text, { mode: 'json' });
  } catch (error) {
    if (error instanceof Error && 'line' in error && 'column' in error)
      return placeOf({ line: Number(error.line), column: Number(error.column) });
  }
  return '';
}

function placeOf({ line, column }: Place): string {
  return ` at line ${line}, column ${column}`;
}
