import { type Random, wholeFrom } from '../generator/random.js';
import type { ValueModel } from './value-model.js';

const bytes = (text: string | number) => Buffer.from(String(text));

/** A document of RedisJSON. */
export function jsonDocumentModel(): ValueModel {
  let text = '';
  return {
    keyType: 'json',
    needs: 'JSON.SET',
    items: () => [[bytes(text)]],
    change: (version, random) => {
      text = JSON.stringify({ version, tags: ['a', wholeFrom(random, 0, 9)], 'is.on': version % 2 === 0 });
      return (commands, key) => void commands.call('JSON.SET', key, '$', text);
    },
    write: (commands, key) => void commands.call('JSON.SET', key, '$', text),
  };
}

const DIMENSIONS = 4;
/** The default of Redis for the option `M`. */
const LINKS = 16;

/**
 * A vector set of about this many elements, not quantized. Each vector lies on an axis, and its length is a
 * power of two, so its components are exact, however they are computed.
 */
export function vectorSetModel(size: number): ValueModel {
  const elements = new Map<string, { axis: number; power: number; version: number }>();
  const add = (name: string, version: number, random: Random) =>
    elements.set(name, {
      axis: wholeFrom(random, 0, DIMENSIONS - 1),
      power: wholeFrom(random, 0, 9),
      version,
    });
  const command = (name: string): readonly string[] => {
    const { axis, power, version } = elements.get(name) ?? { axis: 0, power: 0, version: 0 };
    const parts = Array.from({ length: DIMENSIONS }, (_, i) => (i === axis ? String(2 ** power) : '0'));
    return ['VALUES', String(DIMENSIONS), ...parts, name, 'NOQUANT', 'SETATTR', JSON.stringify({ version })];
  };
  return {
    keyType: 'vectorset',
    needs: 'VADD',
    items: () =>
      [...elements].map(([name, { axis, power, version }]) => {
        const vector = Buffer.alloc(4 * DIMENSIONS);
        vector.writeFloatLE(1, 4 * axis);
        const about = [bytes(''), bytes(JSON.stringify({ version })), bytes(LINKS), bytes(DIMENSIONS)];
        return [bytes(name), vector, bytes('f32'), bytes(2 ** power), ...about];
      }),
    change: (version, random) => {
      const names = ['version', `element:${wholeFrom(random, 0, size)}`];
      const gone = `element:${size + wholeFrom(random, 0, size)}`;
      for (const name of [...names, gone]) add(name, version, random);
      const set = names.map((name) => [name, command(name)] as const);
      elements.delete(gone);
      return (commands, key) => {
        for (const [name, words] of set) {
          // Redis 8.2.3 neither logs nor replicates VADD of an existing element: a restart would bring the
          // old one back.
          commands.call('VREM', key, name);
          commands.call('VADD', key, ...words);
        }
        commands.call('VREM', key, gone);
      };
    },
    write: (commands, key) => {
      for (const name of elements.keys()) commands.call('VADD', key, ...command(name));
    },
  };
}

const SETTINGS = ['ENCODING', 'UNCOMPRESSED', 'CHUNK_SIZE', '4096', 'DUPLICATE_POLICY', 'LAST'];
const LABELS = ['place', 'cellar'];

/** A time series of at most this many samples, whose times are versions. */
export function timeSeriesModel(size: number): ValueModel {
  const samples = new Map<number, number>();
  return {
    keyType: 'timeseries',
    needs: 'TS.ADD',
    items: () => [
      ['settings', '0 4096 uncompressed last 0 0', ...LABELS].map(bytes),
      ...[...samples].map(([time, value]) => [bytes(time), bytes(value)]),
    ],
    change: (version, random) => {
      const value = wholeFrom(random, 0, 1_000) / 8;
      samples.set(version, value);
      const [oldest = version] = samples.keys();
      const isFull = samples.size > size;
      if (isFull) samples.delete(oldest);
      return (commands, key) => {
        commands.call('TS.ADD', key, String(version), String(value));
        if (isFull) commands.call('TS.DEL', key, String(oldest), String(oldest));
      };
    },
    write: (commands, key) => {
      commands.call('TS.CREATE', key, ...SETTINGS, 'LABELS', ...LABELS);
      for (const [time, value] of samples) commands.call('TS.ADD', key, String(time), String(value));
    },
  };
}
