/** One server-sent event. JSON has no line breaks, which would end the data. */
export function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
