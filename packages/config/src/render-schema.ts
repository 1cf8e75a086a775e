import { defined } from '@redis-to-mongo/pipeline';
import type { Option } from './option.js';
import { formerOptions } from './options/former-names.js';
import { GROUPS } from './options/groups.js';
import { optionOf } from './options/options.js';
import { SCHEMA_MEMBER } from './read-config-file.js';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON schema of `config.json`, as text, for completion and checks in editors. The processes check more:
 * how options fit together, and whether the files they name exist. Source: https://json-schema.org/draft-07
 */
export function renderSchema(): string {
  const options = GROUPS.flatMap(({ options }) => Object.entries<Option<unknown>>(options));
  const former = formerOptions().map(([name, present]) => [
    name,
    { ...schemaOf(optionOf(present)), description: `Now ${present}.`, deprecated: true },
  ]);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'config.json of redis-to-mongo',
    description: 'Made from packages/config/src/options by `npm run docs`.',
    type: 'object',
    properties: {
      [SCHEMA_MEMBER]: { type: 'string' },
      ...Object.fromEntries(options.map(([name, option]) => [name, schemaOf(option)])),
      ...Object.fromEntries(former),
    },
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function schemaOf(option: Option<unknown>): Schema {
  const { doc, min, above, max, default: value } = option;
  return {
    description: doc,
    ...typesOf(option),
    ...defined({ minimum: min, exclusiveMinimum: above, maximum: max, default: value }),
  };
}

/** Numbers, flags and lists may be written as text; null means "not set". */
function typesOf({ format, choices = [] }: Option<unknown>): Schema {
  switch (format) {
    case 'whole':
      return { type: ['integer', 'string', 'null'] };
    case 'decimal':
      return { type: ['number', 'string', 'null'] };
    case 'flag':
      return { enum: [true, false, 'true', 'false', '', null] };
    case 'choice':
      return { enum: [...choices, '', null] };
    case 'choices':
      return { type: ['array', 'string', 'null'], items: { enum: choices } };
    case 'list':
    case 'proxies':
      return { type: ['array', 'string', 'null'], items: { type: 'string' } };
    case 'rules':
      return { type: ['array', 'null'], items: { type: 'object' } };
    default:
      return { type: ['string', 'null'] };
  }
}
