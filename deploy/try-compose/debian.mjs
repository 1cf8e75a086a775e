// @ts-check
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

/** The packages of a Docker Engine, with the iptables that its name server needs inside containers. */
const ENGINE = [
  ...['docker.io', 'containerd', 'runc', 'tini', 'debootstrap'],
  ...['iptables', 'libip4tc2', 'libip6tc2', 'libxtables12', 'libnftnl11', 'libmnl0'],
  ...['libnetfilter-conntrack3', 'libnfnetlink0'],
];
/** The suite that has Compose 2.24 or newer, which docker-compose.yml needs. */
const COMPOSE_SUITE = 'trixie';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const MIRROR = 'http://deb.debian.org/debian';

/**
 * Unpacks Debian's Docker Engine and Compose below a folder, once. Nothing is installed.
 *
 * @param {string} folder
 * @returns {Promise<string>} the folder that stands for `/`.
 */
export async function unpackEngine(folder) {
  const tree = join(folder, 'tree');
  if (existsSync(tree)) return tree;
  const work = join(folder, 'unpacking');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await run('apt-get', ['download', '--quiet', ...ENGINE], { cwd: work });
  await run('apt-get', [...(await aptOf(work)), 'download', '--quiet', 'docker-compose'], { cwd: work });
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb')))
    await run('dpkg', ['--extract', join(work, file), join(work, 'tree')]);
  renameSync(join(work, 'tree'), tree);
  rmSync(work, { recursive: true });
  return tree;
}

/**
 * Options for apt-get to use another suite than the machine's, with separate package lists.
 *
 * @param {string} work
 */
async function aptOf(work) {
  const [list, lists, cache] = [join(work, 'sources.list'), join(work, 'lists'), join(work, 'cache')];
  for (const dir of [lists, cache]) mkdirSync(join(dir, 'partial'), { recursive: true });
  writeFileSync(list, `deb [signed-by=${KEYRING}] ${MIRROR} ${COMPOSE_SUITE} main\n`);
  const places = [
    `Dir::Etc::SourceList=${list}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
  ].flatMap((each) => ['-o', each]);
  await run('apt-get', [...places, '--quiet', 'update']);
  return places;
}

/**
 * Creates a minimal Debian with a Redis and a Python, as a tar file.
 *
 * @param {string} folder
 * @param {string} tree from unpackEngine; it contains debootstrap.
 * @returns {Promise<string>} the file.
 */
export async function bootstrapDebian(folder, tree) {
  const file = join(folder, 'debian.tar');
  if (existsSync(file)) return file;
  const rootfs = join(folder, 'rootfs');
  rmSync(rootfs, { recursive: true, force: true });
  await run(
    join(tree, 'usr/sbin/debootstrap'),
    ['--variant=minbase', '--include=ca-certificates,python3-venv,redis-server', 'bookworm', rootfs, MIRROR],
    { env: { DEBOOTSTRAP_DIR: join(tree, 'usr/share/debootstrap') }, timeoutMs: 1_200_000 },
  );
  const spare = ['./var/cache/apt', './var/lib/apt/lists'].map((path) => `--exclude=${path}/*`);
  await run('tar', ['--create', '--directory', rootfs, ...spare, '--file', `${file}.part`, '.']);
  renameSync(`${file}.part`, file);
  rmSync(rootfs, { recursive: true });
  return file;
}
