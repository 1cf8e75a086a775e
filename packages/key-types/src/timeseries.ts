import {
  dateOf,
  decodeContent,
  encodeContent,
  storedText,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import type { Words } from './contract/about.js';
import type { Ask, Item, StoredDocument, ValueType } from './contract/value-type.js';
import { readDouble, shortDouble, textOfScore } from './documents/score.js';
import { documentsIn, partOf } from './documents/stored-values.js';
import { exactTime, samplesOf, seriesOf, shortWords } from './reading/series-replies.js';
import { COUNT_SAMPLES, READ_SAMPLES, READ_SERIES } from './reading/series-scripts.js';
import { READ_SETTINGS } from './reading/series-settings.js';

/** The name of the one item that is not a sample; samples are named by their times, in digits. */
const SETTINGS = 'settings';

/**
 * The most bytes that BSON adds to a sample or a label, including the texts of values that have no plain
 * form.
 */
const PART_BYTES = 50;

/** The settings of a series, one word each; `-` if it has no policy of its own. Labels follow. */
const WORDS = [
  'retention',
  'chunkSize',
  'encoding',
  'duplicatePolicy',
  'ignoreMaxTimeDiff',
  'ignoreMaxValDiff',
] as const;

/**
 * RedisTimeSeries. An item is a sample (time, value) or the settings (their name, WORDS, then names and
 * values of the labels).
 */
export const TIMESERIES: ValueType = {
  names: {
    keyType: 'timeseries',
    collection: 'time_series',
    memberCollection: 'time_series_samples',
    part: 'sample',
    parts: 'samples',
  },
  answer: 'TSDB-TYPE',
  source: {
    size: { lua: COUNT_SAMPLES, of: 'items' },
    whole: {
      command: (key) => ['EVAL_RO', `return (${READ_SERIES})(KEYS[1])`, '1', key],
      items: seriesOf,
      lua: READ_SERIES,
    },
    pages,
  },
  shape: {
    order: 'hashed',
    inline: {
      document: inline,
      fields: ['samples', 'labels', ...WORDS],
      weigh: (item) => item.reduce((sum, { length }) => sum + length + PART_BYTES, 0),
    },
    element: { document: element, cut: 1 },
  },
  stored: {
    inline: (document) => [settingsIn(document), ...documentsIn(document.samples).map(sampleIn)],
    element: (document) => ('at' in document ? sampleIn(document) : settingsIn(document)),
  },
  restore: { isWhole: true, commands: restored },
  excerpt: {
    lua: `size = (${COUNT_SAMPLES})(key)
    local function settings()
      local reply = (${READ_SETTINGS})(key)
      return reply.err and reply or reply[2]
    end
    add('', {'${SETTINGS}', settings()})
    local flat = (${READ_SAMPLES})(key, '-', '+', 'COUNT', math.max(limit - 1, 1))
    for i = 1, #flat, 2 do add('', {flat[i], flat[i + 1]}) end
    return function(name)
      if name == '${SETTINGS}' then return settings() end
      local reply = (${READ_SAMPLES})(key, name, name)
      return reply.err and reply or reply[1] == name and reply[2]
    end`,
    normal: (reply) => (reply.includes(' ') ? shortWords(reply) : shortDouble(reply)),
  },
  rules: {
    hasFields: false,
    named: ['samples', 'at', 'value', 'labels'],
    parsed: [],
    mapper: () => undefined,
  },
  needs: (key) => [
    ['TS.RANGE', key, '-', '+'],
    ['DUMP', key],
    ['EVAL_RO', 'return 0', '1', key],
  ],
  hasScheduler: false,
  hasHistory: true,
  guarantee: `\`time_series\` shows a state that the series of RedisTimeSeries really had (version 1.6 and later): \`samples\` in order of time, as
TS.RANGE returns them, with \`labels\` and settings.

- \`value\` is exactly the double that Redis returns. If JSON has no number for it, \`valueText\` holds it (\`inf\`, \`-inf\`, \`-0\`, \`nan\`).
- \`at\` is a date. A time beyond the year 9999 is exact in \`atText\`.
- The settings are \`retention\`, \`chunkSize\`, \`encoding\`, \`duplicatePolicy\` (absent if the module's own applies), \`ignoreMaxTimeDiff\`
  and \`ignoreMaxValDiff\`. \`labels\` is an object, or an array of pairs as \`fields\` of a hash. Labels and settings are read by DUMP,
  because TS.INFO marks the key as changed. \`size\` counts the samples, and one for the settings.
- Above the limits, each sample is a document in \`time_series_samples\`, and so are labels and settings together, without \`at\`. Only
  changes are written. Sort the documents by \`at\`.
- Redis does not return samples older than the retention, so they are not mirrored. Compaction rules are not mirrored. A series that a
  rule fills is mirrored like any other, without the bucket that is still open.
- A restored series has the same samples, labels and settings, and no rules. \`restore\` reads the whole series from MongoDB at once.
- Two cases fail with an error: a time beyond 2^53, which Redis scripts cannot represent, and a key named like an option of TS.RANGE
  (\`count\`, \`align\`, \`aggregation\`), which the module itself cannot read.`,
};

async function* pages(ask: Ask, key: Buffer, count: number): AsyncGenerator<readonly Item[]> {
  const first = `return (${READ_SERIES})(KEYS[1], ARGV[1])`;
  const next = `return (${READ_SAMPLES})(KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])`;
  let page = seriesOf(await ask('EVAL_RO', first, '1', key, String(count))) ?? [];
  // The first page has the settings, too.
  for (let full = count + 1; page.length > 0; full = count) {
    yield page;
    if (page.length < full) return;
    const from = exactTime(partOf(page.at(-1)?.[0])) + 1;
    page = samplesOf(await ask('EVAL_RO', next, '1', key, String(from), String(count)));
  }
}

function inline(items: readonly Item[] | undefined): ValueDocument {
  const samples = (items ?? []).filter((item) => !isSettings(item)).sort(byTime);
  return Object.assign({ samples: samples.map(sample) }, ...(items ?? []).filter(isSettings).map(settings));
}

function element(item: Item): ValueDocument {
  return isSettings(item) ? settings(item) : sample(item);
}

function isSettings([name]: Item): boolean {
  return partOf(name).equals(Buffer.from(SETTINGS));
}

function sample([time, text]: Item): ValueDocument {
  const ms = exactTime(partOf(time));
  const at = dateOf(ms);
  const value = readDouble(text);
  const isPlain = Number.isFinite(value) && !Object.is(value, -0);
  return {
    at,
    ...(at.getTime() === ms ? {} : { atText: String(ms) }),
    value,
    ...(isPlain ? {} : { valueText: textOfScore(value) }),
  };
}

function settings([, words, ...labels]: Item): ValueDocument {
  const [retention, chunkSize, encoding, duplicatePolicy, time, value] = String(words).split(' ');
  return {
    labels: encodeContent(labels.map(storedText)),
    retention: Number(retention),
    chunkSize: Number(chunkSize),
    encoding,
    ...(duplicatePolicy === '-' ? {} : { duplicatePolicy }),
    ignoreMaxTimeDiff: Number(time),
    ignoreMaxValDiff: Number(value),
  };
}

function sampleIn({ at, atText, value, valueText }: StoredDocument): Item {
  const time = atText ?? (at instanceof Date ? at.getTime() : undefined);
  const text = valueText ?? (typeof value === 'number' ? textOfScore(value) : undefined);
  if (time === undefined || text === undefined) throw new TypeError('a sample has no time or no value');
  return [Buffer.from(String(time)), Buffer.from(String(text))];
}

function settingsIn({ labels, ...document }: StoredDocument): Item {
  const words = WORDS.map((name) => String(document[name] ?? '-')).join(' ');
  return [Buffer.from(SETTINGS), Buffer.from(words), ...decodeContent(labels).flat()];
}

/**
 * Sets IGNORE, which would drop samples, after all samples. Samples are added in order of time, so none is
 * too old.
 */
function restored(key: Buffer, items: readonly Item[]): readonly Words[] {
  const samples = items.filter((item) => !isSettings(item)).sort(byTime);
  const made = items.filter(isSettings).map(([, words, ...labels]) => {
    const [retention = '0', size = '', encoding = '', policy = '-', time = '0', value = '0'] =
      String(words).split(' ');
    const duplicates = policy === '-' ? [] : ['DUPLICATE_POLICY', policy];
    const options = ['RETENTION', retention, 'ENCODING', encoding, 'CHUNK_SIZE', size, ...duplicates];
    const create: Words = ['TS.CREATE', key, ...options, 'LABELS', ...labels];
    const alter: Words = ['TS.ALTER', key, 'IGNORE', time, value];
    return { create, alter: time === '0' && value === '0' ? [] : [alter] };
  });
  return [
    ...made.map(({ create }) => create),
    ...samples.map(([time, value]): Words => ['TS.ADD', key, partOf(time), partOf(value)]),
    ...made.flatMap(({ alter }) => alter),
  ];
}

function byTime([a]: Item, [b]: Item): number {
  return Number(a) - Number(b);
}
