export const ruleFormats = {
  rules: {
    parse: (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    },
    check: (value: unknown) => {
      if (!Array.isArray(value)) return 'is not a list of rules';
      const at = value.findIndex((rule) => typeof rule !== 'object' || rule === null || Array.isArray(rule));
      return at < 0 ? undefined : `has something else than an object in place ${at + 1}`;
    },
    expected: () => 'a list of objects, as JSON',
  },
};
