/** HTML that is safe to send. Only `html` creates it, and `html` escapes every value. */
export class Html {
  private constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }

  static of(strings: TemplateStringsArray, values: readonly Content[]): Html {
    return new Html(strings.map((part, i) => part + (i < values.length ? render(values[i]) : '')).join(''));
  }
}

/** The content of a page. `undefined`, `null` and `false` show nothing. */
export type Content = Html | string | number | undefined | null | false | readonly Content[];

/** A template whose values are escaped, in text and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return Html.of(strings, values);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(value: Content): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}
