import { bytesOf, storedText, type ValueDocument } from '@redis-to-mongo/pipeline';
import type { Words } from './contract/about.js';
import type { Ask, Item, StoredDocument, ValueType } from './contract/value-type.js';
import { jsonValue } from './documents/json-value.js';
import { readScore, shortScore, textOfScore } from './documents/score.js';
import { documentsIn, partOf } from './documents/stored-values.js';
import { unquantized } from './documents/unquantized.js';
import { PageSize } from './reading/page-size.js';
import { bufferOf, itemsOf } from './reading/scan-pages.js';

/**
 * Parts of an element: name, quantized vector, quantization, length, range (of int8), attributes, links per
 * node, dimensions.
 */
const ARITY = 8;

/**
 * A Lua function of the key and names of elements: returns ARITY texts for each existing element, or the
 * server's error.
 */
const READ = `function(key, names)
  local flat, links, dimensions = {}, '', ''
  local info = redis.pcall('VINFO', key) or {}
  if info.err then return info end
  for i = 1, #info, 2 do
    local name = type(info[i]) == 'table' and info[i].ok or info[i]
    if name == 'hnsw-m' then links = tostring(info[i + 1]) end
    if name == 'vector-dim' then dimensions = tostring(info[i + 1]) end
  end
  for _, name in ipairs(names) do
    local reply = redis.pcall('VEMB', key, name, 'RAW')
    if reply and reply.err then return reply end
    if reply then
      local attributes = redis.pcall('VGETATTR', key, name) or ''
      if type(attributes) == 'table' then return attributes end
      local kind = type(reply[1]) == 'table' and reply[1].ok or reply[1]
      for _, part in ipairs({name, reply[2], kind, reply[3], reply[4] or '', attributes, links, dimensions}) do flat[#flat + 1] = part end
    end
  end
  return flat
end`;

/** As READ, for all elements. */
const READ_ALL = `function(key)
  local size = redis.pcall('VCARD', key)
  if size == 0 then return {} end
  local names = type(size) == 'table' and size or redis.pcall('VRANDMEMBER', key, size)
  if names.err then return names end
  return (${READ})(key, names)
end`;

/** Vector sets: Redis 8 and later. */
export const VECTORSET: ValueType = {
  names: {
    keyType: 'vectorset',
    collection: 'vector_sets',
    memberCollection: 'vector_set_elements',
    part: 'element',
    parts: 'elements',
  },
  answer: 'vectorset',
  source: {
    size: { command: 'VCARD', of: 'items' },
    whole: {
      command: (key) => ['EVAL_RO', `return (${READ_ALL})(KEYS[1])`, '1', key],
      items: elementsOf,
      lua: READ_ALL,
    },
    pages,
  },
  shape: {
    order: 'hashed',
    inline: {
      document: (items) => ({
        elements: [...(items ?? [])]
          .sort(([a], [b]) => Buffer.compare(partOf(a), partOf(b)))
          .map(elementDocument),
      }),
      fields: ['elements'],
      weigh: (item) => item.reduce((sum, { length }) => sum + length, 200 + 2 * partOf(item[5]).length),
    },
    element: { document: elementDocument, cut: 5 },
  },
  stored: {
    inline: (document) => documentsIn(document.elements).map(elementIn),
    element: elementIn,
  },
  restore: { commands: (key, items) => items.map((item) => restored(key, item)) },
  excerpt: {
    lua: `size = redis.call('VCARD', key)
    for _, name in ipairs(redis.call('VRANDMEMBER', key, limit)) do
      add('', {name, redis.call('VEMB', key, name, 'RAW')[2]})
    end
    return function(name)
      local reply = redis.pcall('VEMB', key, name, 'RAW')
      return reply and (reply.err and reply or reply[2])
    end`,
    normal: (vector) => vector,
  },
  rules: { hasFields: false, named: ['elements', 'element'], parsed: [], mapper: () => undefined },
  needs: (key) => [
    ['VCARD', key],
    ['VRANDMEMBER', key, '1'],
    ['VINFO', key],
    ['VEMB', key, 'element', 'RAW'],
    ['VGETATTR', key, 'element'],
    ['EVAL_RO', 'return 0', '1', key],
  ],
  hasScheduler: false,
  hasHistory: true,
  guarantee: `\`vector_sets\` shows a state that the vector set really had (Redis 8 and later).

- \`vector\` has the bytes of the quantized vector as \`VEMB … RAW\` returns them. \`quantization\` is their format (\`int8\`, \`f32\`, \`bin\`).
- \`norm\` is the vector's length before normalization; \`range\` is the value that an int8 of 127 stands for. Both are exactly the
  doubles that Redis returns. Precision that quantization has lost is not mirrored.
- \`attributes\` is the JSON as a document, with \`attributesText\` if that could not give back exactly the same text. \`links\` is the option \`M\`.
- A restored element has the same quantized vector, length and range. Redis computes them again, with the rounding of
  x86-64. So about one element in a thousand (more on other processors) has a length, range or number that differs by the rounding of
  a 32-bit float.
- The graph of neighbors is not mirrored. Redis builds it again, so an approximate search may answer differently. The
  projection of \`REDUCE\` is not mirrored either; the reduced vectors are.
- Redis 8.2.3 neither logs nor replicates a \`VADD\` of an element that exists already. After a restart or a failover, Redis has the
  earlier element again, and so has MongoDB.
- Above the limits, each element is a document in \`vector_set_elements\`, and only changes are written. The names of all elements are
  read in one command, their vectors in pages.`,
};

function elementsOf(reply: unknown): readonly Item[] {
  return itemsOf('VEMB', reply, ARITY).map((item) =>
    item
      .with(3, shortScore(item[3]))
      .with(4, partOf(item[4]).length > 0 ? shortScore(item[4]) : partOf(item[4])),
  );
}

async function* pages(ask: Ask, key: Buffer, count: number): AsyncGenerator<readonly Item[]> {
  const size = Number(await ask('VCARD', key));
  const reply = size > 0 ? await ask('VRANDMEMBER', key, String(size)) : [];
  const names = itemsOf('VRANDMEMBER', reply, 1).map(([name]) => bufferOf('VRANDMEMBER', name));
  const page = new PageSize(count);
  for (let from = 0; from < names.length; ) {
    const some = names.slice(from, from + page.count);
    const elements = elementsOf(await ask('EVAL_RO', `return (${READ})(KEYS[1], ARGV)`, '1', key, ...some));
    from += some.length;
    page.note(elements);
    yield elements;
  }
}

function elementDocument([
  element,
  vector,
  kind,
  norm,
  range,
  attributes,
  links,
  dimensions,
]: Item): ValueDocument {
  return {
    element: storedText(partOf(element)),
    vector: partOf(vector),
    quantization: String(kind),
    norm: readScore(norm),
    ...(range && range.length > 0 ? { range: readScore(range) } : {}),
    ...attributesOf(partOf(attributes)),
    links: Number(links),
    dimensions: Number(dimensions),
  };
}

function attributesOf(bytes: Buffer): ValueDocument {
  if (bytes.length === 0) return {};
  const { value } = jsonValue(bytes.toString('utf8'));
  return JSON.stringify(value) === String(bytes)
    ? { attributes: value }
    : { attributes: value, attributesText: storedText(bytes) };
}

function elementIn(document: StoredDocument): Item {
  const { element, vector, quantization, norm, range, attributes, attributesText, links, dimensions } =
    document;
  const text = attributes === undefined ? '' : JSON.stringify(attributes);
  return [
    bytesOf(element),
    bytesOf(vector),
    Buffer.from(String(quantization)),
    Buffer.from(textOfScore(Number(norm))),
    Buffer.from(range === undefined ? '' : textOfScore(Number(range))),
    attributesText === undefined ? Buffer.from(text) : bytesOf(attributesText),
    Buffer.from(String(links)),
    Buffer.from(String(dimensions)),
  ];
}

const OPTIONS: Readonly<Record<string, string>> = { int8: 'Q8', f32: 'NOQUANT', bin: 'BIN' };

function restored(key: Buffer, item: Item): Words {
  const [element, vector, kind, norm, range, attributes, links, dimensions] = item.map((part) =>
    partOf(part),
  );
  const quantization = String(kind);
  const numbers = unquantized(
    quantization,
    partOf(vector),
    readScore(norm),
    Number(range),
    Number(dimensions),
  );
  const setAttributes = attributes && attributes.length > 0 ? ['SETATTR', attributes] : [];
  const option = OPTIONS[quantization] ?? 'Q8';
  return ['VADD', key, 'FP32', numbers, partOf(element), option, ...setAttributes, 'M', String(links)];
}
