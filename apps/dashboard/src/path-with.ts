/** An address with a query. Parameters that are empty, 0 or false are left out; `true` stands without a value. */
export function pathWith(page: string, params: Readonly<Record<string, string | number | boolean>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value) query.set(name, value === true ? '' : String(value));
  return query.size === 0 ? page : `${page}?${query}`;
}
