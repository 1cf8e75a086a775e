import { isIP } from 'node:net';
import type { Entry } from '../option.js';

const HOST_NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const PHC_SCRYPT =
  /^\$scrypt\$ln=\d{1,2},r=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/]{11,}={0,2}\$[A-Za-z0-9+/]{22,}={0,2}$/;
// https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions, the stricter list of Windows
const NOT_IN_DATABASE_NAMES = /[/\\. "$*<>:|?]/;
/** The server keeps its own records in these; `local` is also not replicated. */
const DATABASES_OF_THE_SERVER = /^(admin|config|local)$/i;

export const textFormats = {
  text: {
    check: (value: unknown, entry: Entry) => {
      if (typeof value !== 'string') return 'is not text (put it in quotes)';
      if (value === '' && entry.notEmpty) return 'is empty';
      if (value.includes('\0') || LONE_SURROGATE.test(value)) return 'has a character that is not text';
      return undefined;
    },
    expected: (entry: Entry) => (entry.notEmpty ? 'text, not empty' : 'text'),
  },
  file: {
    check: (value: unknown) =>
      typeof value === 'string' && value !== '' && !value.includes('\0') ? undefined : 'is not a path',
    expected: () => 'the path of a file',
  },
  host: {
    check: (value: unknown) => {
      if (typeof value !== 'string') return 'is not text';
      if (value.includes('://')) return 'is a URL, not a host';
      if (/^[^:]+:\d+$/.test(value)) return 'has a port in it, which has an option of its own';
      return isHost(value) ? undefined : 'is not a host name or an IP address';
    },
    expected: () => 'a host name or an IP address',
  },
  'database-name': {
    check: (value: unknown) => {
      if (typeof value !== 'string') return 'is not text';
      if (NOT_IN_DATABASE_NAMES.test(value) || value.includes('\0')) {
        return 'has a character that no database name may have';
      }
      if (DATABASES_OF_THE_SERVER.test(value)) return 'is one of MongoDB’s own databases';
      return value === '' || Buffer.byteLength(value) > 63 ? 'is empty or too long' : undefined;
    },
    expected: () =>
      'a name of 1 to 63 bytes, without / \\ . " $ * < > : | ? or spaces; not admin, config or local',
  },
  'password-hash': {
    check: (value: unknown) =>
      typeof value === 'string' && PHC_SCRYPT.test(value) ? undefined : 'is not a scrypt hash',
    expected: () => '$scrypt$ln=…,r=…,p=…$salt$hash',
  },
};

/** Whether a text is a host name or an IP address (IPv6 without brackets). */
export function isHost(value: string): boolean {
  return HOST_NAME.test(value) || isIP(value) > 0;
}
