// Setting up from nothing: dependencies, Node 24 and the database client, each only when something about it has changed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { withLock } from './lock.mjs';

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

/** Whether what lies in node_modules is what the lockfile names; npm writes its own record there as the last step of an installation. */
export function isInstalled({ root }) {
  const wanted = read(join(root, 'package-lock.json'));
  const record = read(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || record === undefined) return false;
  const found = JSON.parse(record).packages;
  const asked = JSON.parse(wanted).packages;
  const ours = `node-${process.platform}-${process.arch}`;
  return Object.entries(asked).every(([path, entry]) => {
    if (path === '') return true;
    const here = found[path];
    if (here) return here.version === entry.version;
    // npm leaves out what is meant for other platforms; our own Node is the one that must not be missing.
    return entry.optional === true && path !== `node_modules/${ours}`;
  });
}

/** Runs a command in silence; what it said is shown only when it failed. */
function quietly({ start, command, argv, env, failed }) {
  return new Promise((done, fail) => {
    const child = start(command, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (said = (said + chunk).slice(-6_000)));
    child.once('error', (error) => fail(new Error(`${failed}: ${error.message}`)));
    child.once('close', (code) =>
      code === 0 ? done() : fail(new Error(`${failed} (exit code ${code}).\n${said}`)),
    );
  });
}

/** The npm that called us, or else the one on the path. */
function npm() {
  const caller = process.env.npm_execpath;
  return caller !== undefined && basename(caller) === 'npm-cli.js'
    ? { command: process.execPath, before: [caller] }
    : { command: 'npm', before: [] };
}

async function install({ start, say }) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  say('Setting up: installing packages (about half a minute the first time) ...');
  const pulse = setInterval(() => say(`  still installing, ${seconds()} s`), 10_000);
  const { command, before } = npm();
  try {
    await quietly({
      start,
      command,
      argv: [
        ...before,
        'ci',
        '--include=dev',
        '--include=optional',
        '--loglevel=error',
        '--no-audit',
        '--no-fund',
        '--engine-strict=false',
      ],
      // A caller's NODE_ENV=production would leave out what builds and tests the app.
      env: { ...process.env, NODE_ENV: '' },
      failed: 'npm ci failed',
    });
  } finally {
    clearInterval(pulse);
  }
  say(`  packages installed, ${seconds()} s`);
}

/** Node 24 by path: `.bin/node` is not made by every npm, and shells remember the `node` they found first. */
function findNode({ root }) {
  const ours = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(ours)) return ours;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  throw new Error(
    `This project needs Node 22.18 or newer, and this is ${process.version}. On Linux (x64, arm64) it brings its own as an npm package, ` +
      `which is not there for ${process.platform}-${process.arch}: please install Node 24 from nodejs.org and try again.`,
  );
}

/** What the generated client was made from; a change in any of it makes a new one due. */
function clientMark({ root }) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'prisma', 'schema.prisma')));
  for (const name of ['prisma', '@prisma/client'])
    hash.update(readFileSync(join(root, 'node_modules', name, 'package.json')));
  return hash.digest('hex');
}

const markPath = (root) => join(root, 'node_modules', '.prisma', 'made-from');
const isGenerated = ({ root }) =>
  read(markPath(root)) === clientMark({ root }) &&
  existsSync(join(root, 'node_modules', '.prisma', 'client', 'index.js'));

async function generate({ root, start, say, node, env }) {
  say('Setting up: generating the database client ...');
  const mark = clientMark({ root });
  await quietly({
    start,
    command: node,
    argv: [join(root, 'scripts', 'prisma.mjs'), 'generate'],
    env,
    failed: 'prisma generate failed',
  });
  writeFileSync(markPath(root), mark);
}

/**
 * Makes sure that everything is there, and says which Node runs it in which environment.
 * Safe when several callers start at once: one works, the others wait and find it done.
 */
export async function setUp({ root, start, say }) {
  const lock = join(root, '.data', 'setup.lock');
  const onWait = (pid) =>
    say(`Setting up: waiting for another start (process ${pid}) to finish setting up ...`);
  const once = ({ isDone, work }) =>
    isDone()
      ? undefined
      : withLock({ path: lock, onWait, work: async () => (isDone() ? undefined : work()) });

  await once({ isDone: () => isInstalled({ root }), work: () => install({ start, say }) });
  const node = findNode({ root });
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  const env = { ...process.env, PATH: path };
  await once({ isDone: () => isGenerated({ root }), work: () => generate({ root, start, say, node, env }) });
  return { node, env };
}
