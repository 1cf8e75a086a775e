/**
 * Replaces the generated block of this name in a page. The text around the block is written by hand. `npm run
 * docs` (scripts/run/write-docs.mjs) uses the same marks.
 * @throws RangeError if the page has no such block.
 */
export function withBlock(page: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf('<!-- end of generated -->\n', from);
  if (from === -1 || to === -1) throw new RangeError(`the page has no block for ${name}`);
  return page.slice(0, from) + begin + text + page.slice(to);
}
