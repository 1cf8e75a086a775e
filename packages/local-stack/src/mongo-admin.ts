import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { LocalStackError } from './local-stack-error.js';
import { replicaSetName } from './mongod-args.js';

const alreadyInitialized = 23;
const notYetInitialized = 94;
const userExists = 51_003;

/** Rejects unless a server answers at this address; with `pid`, it must be that process. */
export async function mongoAnswers(uri: string, pid: number | undefined): Promise<void> {
  await withAdmin(uri, async (admin) => {
    // Needs no rights: a server that was given may grant none.
    await admin.command({ ping: 1 });
    if (pid === undefined) return;
    const actual: unknown = (await admin.command({ serverStatus: 1 })).pid;
    // mongod returns a 64-bit integer.
    if (Number(actual) !== pid) {
      throw new LocalStackError(
        'LOCAL_STACK_NO_ANSWER',
        `another MongoDB (pid ${actual}) answers on this port`,
      );
    }
  });
}

/**
 * Makes the mongod a replica set of one node. Rejects until it accepts writes. Data from
 * another port gets the new address.
 */
export async function becomeReplicaSet(uri: string, host: string): Promise<void> {
  await withAdmin(uri, async (admin) => {
    const hello = await admin.command({ hello: 1 });
    if (hello.isWritablePrimary === true) return;
    const config = { _id: replicaSetName, members: [{ _id: 0, host }] };
    try {
      const { config: present } = await admin.command({ replSetGetConfig: 1 });
      if (present?.members?.[0]?.host !== host) {
        const version = Number(present?.version ?? 0) + 1;
        await admin.command({ replSetReconfig: { ...present, ...config, version }, force: true });
      }
    } catch (error) {
      if (!hasCode(error, notYetInitialized)) throw error;
      await admin.command({ replSetInitiate: config }).catch((problem: unknown) => {
        if (!hasCode(problem, alreadyInitialized)) throw problem;
      });
    }
    throw new LocalStackError('LOCAL_STACK_NO_ANSWER', 'the replica set has no primary yet');
  });
}

/** Creates a user with the role root, or sets its password if it exists. */
export async function createUser(
  uri: string,
  credentials: { username: string; password: string },
): Promise<void> {
  const { username, password } = credentials;
  await withAdmin(uri, async (admin) => {
    await admin
      .command({ createUser: username, pwd: password, roles: ['root'] })
      .catch(async (error: unknown) => {
        if (!hasCode(error, userExists)) throw error;
        await admin.command({ updateUser: username, pwd: password });
      });
  });
}

async function withAdmin(uri: string, work: (admin: Db) => Promise<void>): Promise<void> {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 2_000,
    maxPoolSize: 1,
  });
  try {
    await client.connect();
    await work(client.db('admin'));
  } finally {
    await client.close();
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof MongoServerError && error.code === code;
}
