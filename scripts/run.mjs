// The way in: `node scripts/run.mjs <file.ts> [args]` sets up whatever is missing and runs the file on Node 24; plain JavaScript, because
// the Node found on a machine may be too old to read TypeScript.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setUp } from './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [target, ...args] = process.argv.slice(2);
if (!target) {
  process.stderr.write('usage: node scripts/run.mjs <file.ts> [args]\n');
  process.exit(64);
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {NodeJS.Signals | undefined} */
let stoppedBy;

/** Starts a child that ends when we are asked to end. */
function start(command, argv, options) {
  if (stoppedBy) throw new Error(`stopped by ${stoppedBy}`);
  const child = spawn(command, argv, { cwd: root, ...options });
  children.add(child);
  const gone = () => children.delete(child);
  child.once('exit', gone).once('error', gone);
  return child;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
function stop(signal) {
  // npm repeats what the terminal has already sent to the whole group; one word is enough.
  if (stoppedBy === signal) return;
  stoppedBy = signal;
  for (const child of children) child.kill(signal);
}

// A signal to npm alone ends npm and the shell it started, and nobody tells us: seeing that they are gone is the only way to know.
const parentOf = (pid) => {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
};
const ancestors = () => [
  process.ppid,
  process.env.npm_lifecycle_event === undefined ? 0 : parentOf(process.ppid),
];
const startedUnder = ancestors().join();
const watch = setInterval(() => {
  if (ancestors().join() === startedUnder) return;
  clearInterval(watch);
  stop('SIGTERM');
  setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, 4_000).unref();
}, 250);
watch.unref();

const say = (line) => process.stderr.write(`${line}\n`);

function endLike({ code, signal }) {
  const last = signal ?? stoppedBy;
  if (code === null || code === undefined) process.exit(last ? 128 + constants.signals[last] : 1);
  process.exit(code);
}

try {
  const { node, env } = await setUp({ root, start, say });
  const lifeline = pathToFileURL(join(root, 'scripts', 'lifeline.mjs')).href;
  const child = start(node, ['--import', lifeline, resolve(root, target), ...args], {
    stdio: 'inherit',
    env: { ...env, LIFELINE: String(process.pid) },
  });
  child.once('error', (error) => {
    say(`Could not run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => endLike({ code, signal }));
} catch (error) {
  if (!stoppedBy) say(error.message);
  endLike({ code: stoppedBy ? null : 1 });
}
