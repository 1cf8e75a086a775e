import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startMongo } from '../src/index.js';
import { pythonVenv } from '../src/python-venv.js';

/**
 * Accepts exactly the arguments of a mongod, and runs SecantusDB with them: shows that a mongod
 * on the PATH gets valid ones.
 */
const asMongod = (python: string) => `#!/bin/sh
if [ "$1" = --version ]; then echo "db version v8.0.99"; exit 0; fi
while [ $# -gt 0 ]; do
  case "$1" in
    --bind_ip) host=$2; shift 2 ;;
    --port) port=$2; shift 2 ;;
    --dbpath) data=$2; shift 2 ;;
    --replSet) set=$2; shift 2 ;;
    --wiredTigerCacheSizeGB) shift 2 ;;
    --nounixsocket) shift ;;
    *) echo "unknown argument $1" >&2; exit 64 ;;
  esac
done
[ "$set" = rs0 ] && [ -d "$data" ] || exit 65
exec '${python}' -m secantus --host "$host" --port "$port" --storage-path "$data" --cache-size 512M --log-level WARNING --sync-on-commit
`;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mongod-on-path-'));
  const { python } = await pythonVenv('SecantusDB==0.7.0b3', () => {});
  await writeFile(join(dir, 'mongod'), asMongod(python), { mode: 0o755 });
  vi.stubEnv('LOCAL_STACK_MONGO_BINARY', '');
  vi.stubEnv('PATH', `${dir}${delimiter}${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

it('a mongod on the PATH is preferred, becomes a replica set of one node, and keeps its data when it is killed', async () => {
  const mongo = await startMongo();
  try {
    expect(mongo.kind).toBe('mongod 8.0.99 from PATH');
    const client = new MongoClient(mongo.uri);
    const words = client.db('test').collection('words');
    await words.insertOne({ word: 'there' }, { writeConcern: { w: 'majority', journal: true } });
    await mongo.kill();
    await mongo.restart();
    expect(await words.findOne()).toMatchObject({ word: 'there' });
    await client.close();
  } finally {
    await mongo.stop();
  }
});
