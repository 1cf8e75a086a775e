import { isIPv6 } from 'node:net';
import { ConnectionString } from 'mongodb-connection-string-url';
import { percentDecode } from './percent-decode.js';
import { isHost } from './text-formats.js';

/** The parts of a MongoDB connection string; a part that is absent is undefined. */
export interface MongoUri {
  readonly href: string;
  readonly hosts: readonly string[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly dbName: string | undefined;
  readonly authSource: string | undefined;
  readonly authMechanism: string | undefined;
  readonly tls: boolean | undefined;
}

/** Reads a connection string. @returns its parts, or a string that says what is wrong, without quoting it. */
export function readMongoUri(text: string): MongoUri | string {
  if (!/^mongodb(\+srv)?:\/\//.test(text)) return 'does not begin with mongodb:// or mongodb+srv://';
  let uri: ConnectionString;
  try {
    uri = new ConnectionString(text);
  } catch (error) {
    // Other messages are dropped, because they quote the user name.
    const srv = /^mongodb\+srv URI (cannot have (?:port number|multiple service names))/.exec(
      error instanceof Error ? error.message : '',
    );
    if (srv) return `is mongodb+srv:// and ${srv[1]}`;
    return 'is not a connection string (special characters in user name and password must be percent-encoded)';
  }
  const says = uri.typedSearchParams<{
    authSource: string;
    authMechanism: string;
    tls: string;
    ssl: string;
  }>();
  const tls = says.get('tls') ?? says.get('ssl') ?? (uri.isSRV ? 'true' : undefined);
  return {
    href: uri.href,
    hosts: uri.hosts,
    username: percentDecode(uri.username) || undefined,
    password: percentDecode(uri.password) || undefined,
    dbName: percentDecode(uri.pathname.slice(1)) || undefined,
    authSource: says.get('authSource') || undefined,
    authMechanism: says.get('authMechanism') || undefined,
    tls: tls === undefined ? undefined : tls === 'true',
  };
}

/** Reads `host`, `host:port`, or several with commas between; IPv6 addresses may go without brackets. */
export function readMongoHosts(text: string): readonly MongoHost[] | string {
  const hosts: MongoHost[] = [];
  for (const item of text.split(',')) {
    const found = readHost(item.trim());
    if (typeof found === 'string') return found;
    hosts.push(found);
  }
  return hosts;
}

/** One host of a list; an IPv6 address has its brackets. */
export interface MongoHost {
  readonly host: string;
  readonly port?: number;
}

function readHost(item: string): MongoHost | string {
  if (item.includes(':') && isHost(item)) return { host: `[${item}]` };
  const parts = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*))(?::(?<port>\d{1,5}))?$/.exec(item)?.groups;
  const name = parts?.v6 ?? parts?.name ?? '';
  if (!isHost(name) || (parts?.v6 !== undefined && !isIPv6(name)))
    return 'is not a host, host:port or a list of them';
  const host = parts?.v6 === undefined ? name : `[${name}]`;
  if (parts?.port === undefined) return { host };
  const port = Number(parts.port);
  return port >= 1 && port <= 65_535 ? { host, port } : 'has a port that is not between 1 and 65535';
}
