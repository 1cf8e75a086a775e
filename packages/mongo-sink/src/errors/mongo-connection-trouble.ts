import {
  type ConnectionOptions,
  type ConnectionTrouble,
  connectionTrouble,
  unavailable,
  withCauses,
} from '@redis-to-mongo/pipeline';
import { MongoServerSelectionError, type ServerDescription, type TopologyDescription } from 'mongodb';

type Meaning = ConnectionOptions['codes']['tls'];

const OPTIONS: ConnectionOptions = {
  server: 'MongoDB',
  codes: {
    tls: ['MONGO_TLS', 'configuration'],
    hostUnknown: ['MONGO_HOST_UNKNOWN', 'transient'],
    unavailable: ['MONGO_UNAVAILABLE', 'transient'],
  },
  address: 'MONGO_HOST or MONGO_URI',
  tls: 'MONGO_TLS',
  caFile: 'MONGO_TLS_CA_FILE',
  certFile: 'MONGO_TLS_CERT_FILE and MONGO_TLS_KEY_FILE',
};

/**
 * Finds out why no server could be reached or chosen: from Node's own error among the causes, from each
 * server's answer, or from the driver's view of the replica set.
 * @returns `undefined` if the error is about something else.
 */
export function mongoConnectionTrouble(error: unknown): ConnectionTrouble | undefined {
  if (error instanceof MongoServerSelectionError) return selectionTrouble(error);
  return ofNode(error);
}

/** The error for a MongoDB that is unavailable. */
export function mongoUnavailable(): ConnectionTrouble {
  return unavailable(OPTIONS);
}

function selectionTrouble(error: MongoServerSelectionError): ConnectionTrouble {
  const topology: TopologyDescription | undefined = error.reason;
  const servers = [...(topology?.servers.values() ?? [])];
  const troubles = [...servers.map((server) => server.error), error].flatMap((each) => ofNode(each) ?? []);
  const telling = troubles.find(({ errorClass }) => errorClass === 'configuration');
  const [first] = troubles;
  return (
    telling ??
    unanswered(servers) ??
    first ??
    (topology ? wrongSet(topology, servers) : undefined) ??
    withoutPrimary(servers) ??
    unavailable(OPTIONS)
  );
}

function ofNode(error: unknown): ConnectionTrouble | undefined {
  for (const each of withCauses(error)) {
    const trouble = connectionTrouble(each, OPTIONS);
    if (trouble?.code === OPTIONS.codes.hostUnknown[0] && each.message.startsWith('query'))
      return {
        ...trouble,
        message: `${trouble.message} (mongodb+srv:// asks the name server for an SRV record)`,
      };
    if (trouble) return trouble;
  }
  return undefined;
}

/** A server accepted the connection, then closed it or did not answer. */
function unanswered(servers: readonly ServerDescription[]): ConnectionTrouble | undefined {
  for (const { error } of servers) {
    const message = error?.message ?? '';
    const { tls, certFile, address } = OPTIONS;
    const troubleOf = (what: string, why: string) => ({
      ...unavailable(OPTIONS),
      message: `MongoDB ${what}: ${why}, or ${address} names another server`,
    });
    if (/'secureConnect' timed out/.test(message))
      return troubleOf('does not answer the TLS handshake', `it may hang, or not speak TLS there (${tls})`);
    if (/connection .* closed|ECONNRESET/.test(message))
      return troubleOf(
        'closes each connection without an answer',
        `it may require TLS, or not speak it (${tls}), or require a client certificate (${certFile})`,
      );
    if (/connection .* timed out/.test(message))
      return troubleOf('accepts connections, but does not answer', `it may hang, or require TLS (${tls})`);
  }
  return undefined;
}

/** The driver drops servers of another replica set without an error. */
function wrongSet(
  { setName }: TopologyDescription,
  servers: readonly ServerDescription[],
): ConnectionTrouble | undefined {
  if (!setName || servers.some(({ type, error }) => type !== 'Unknown' || error)) return undefined;
  const [code, errorClass]: Meaning = ['MONGO_REPLICA_SET', 'configuration'];
  return {
    code,
    errorClass,
    message: `MongoDB: no server there is a member of the replica set ${setName}: check replicaSet in MONGO_URI`,
  };
}

function withoutPrimary(servers: readonly ServerDescription[]): ConnectionTrouble | undefined {
  if (!servers.some(({ type }) => type.startsWith('RS'))) return undefined;
  const [code, errorClass]: Meaning = ['MONGO_NOT_PRIMARY', 'transient'];
  return {
    code,
    errorClass,
    message:
      'MongoDB: the replica set has no primary that answers: check that a majority of its members is running',
  };
}
