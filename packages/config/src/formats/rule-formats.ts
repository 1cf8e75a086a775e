import { isObject } from '@redis-to-mongo/pipeline';
import { readJson } from '../read-json.js';

export const ruleFormats = {
  rules: {
    parse: (text: string): unknown => {
      const read = readJson(text);
      // convict would treat an object as part of the schema and fail.
      return 'value' in read && Array.isArray(read.value) ? read.value : text;
    },
    check: (value: unknown) => {
      const read = typeof value === 'string' ? readJson(value) : { value };
      if ('problem' in read) return read.problem;
      if (!Array.isArray(value)) return 'is not a list of rules';
      const at = value.findIndex((rule) => !isObject(rule) || Array.isArray(rule));
      return at < 0 ? undefined : `has something else than an object in place ${at + 1}`;
    },
    expected: () => 'a list of objects, as JSON',
  },
};
