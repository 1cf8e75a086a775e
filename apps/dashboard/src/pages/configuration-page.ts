import type { describeConfig } from '@redis-to-mongo/config';
import { type Content, type Html, html } from './html.js';
import { type Site, sitePage } from './layout.js';
import { dataTable, scrollArea } from './scroll-area.js';

export type DescribedOptions = ReturnType<typeof describeConfig>;

/** The effective configuration of the dashboard, secrets masked, with the source of each value. */
export function configurationPage(options: DescribedOptions, site: Site): Html {
  const columns = ['Option', 'Value', 'From', 'Meaning'];
  const table = dataTable(columns, options.map(row), 'keys cards options');
  return sitePage(site, {
    current: 'configuration',
    title: 'Configuration',
    main: html`<section class="panel" aria-labelledby="configuration-title"><h2 id="configuration-title">Configuration</h2>
<p class="empty">The configuration of this dashboard; schedulers and workers have their own. Secrets are masked.</p>
${scrollArea('Options', table)}</section>`,
  });
}

function row({ option, value, source, doc }: DescribedOptions[number]): Html {
  return html`<tr><th scope="row"><code>${option}</code></th>
<td class="${value === '' && 'zero'}" data-name="Value">${value === '' ? '–' : html`<code>${value}</code>`}</td>
<td data-name="From"><span class="mark ${source === 'default' ? 'idle' : 'busy'}">${source}</span></td>
<td class="wide-cell" data-name="Meaning">${proseOf(doc)}</td></tr>`;
}

/** Shows text between backticks as code, as in the docs. */
function proseOf(doc: string): readonly Content[] {
  return doc.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
