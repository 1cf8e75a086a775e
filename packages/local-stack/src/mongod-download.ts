import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DryMongoBinary, MongoBinary } from 'mongodb-memory-server-core';
import { cacheDir } from './cache-dir.js';
import { LocalStackError, messageOf } from './local-stack-error.js';

const probeMs = 4_000;
const rememberMs = 60 * 60 * 1_000;

/**
 * Finds a real mongod: an earlier download, else a new one by mongodb-memory-server (its MONGOMS_* variables
 * apply). An unreachable download is detected within 4 s, and remembered for an hour.
 *
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` if there is none
 */
export async function downloadMongod(onProgress: (line: string) => void): Promise<string> {
  const downloadDir = await cacheDir('mongod');
  const options = { ...DryMongoBinary.getEnsuredOptions(), downloadDir };
  const present = await DryMongoBinary.locateBinary(options);
  if (present !== undefined) return present;
  const memory = join(downloadDir, 'not-reachable');
  await forgetOrRefuse(memory);
  try {
    await fetch(downloadHost(), { method: 'HEAD', signal: AbortSignal.timeout(probeMs) });
    onProgress(`mongodb: downloading mongod ${options.version} into ${downloadDir}`);
    return await MongoBinary.getPath(options);
  } catch (error) {
    const reason = `mongod cannot be downloaded from ${downloadHost()} (${causeOf(error)})`;
    await writeFile(memory, `${Date.now()} ${reason}`);
    throw new LocalStackError('LOCAL_STACK_COMMAND_FAILED', reason, { cause: error });
  }
}

async function forgetOrRefuse(memory: string): Promise<void> {
  const [time = '', ...reason] = (await readFile(memory, 'utf8').catch(() => '')).split(' ');
  if (Date.now() - Number(time) < rememberMs && reason.join(' ').includes(downloadHost())) {
    throw new LocalStackError(
      'LOCAL_STACK_COMMAND_FAILED',
      `${reason.join(' ')}, tried less than an hour ago`,
    );
  }
  await rm(memory, { force: true });
}

function downloadHost(): string {
  return process.env.MONGOMS_DOWNLOAD_MIRROR || 'https://fastdl.mongodb.org';
}

/** fetch() reports only "fetch failed"; its cause has the reason. */
function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
