// The way in: `node scripts/run.mjs <file.ts | command> [args]` sets up whatever is missing and runs the file, or the tools of the command, on
// Node 24; plain JavaScript, because the Node found on a machine may be too old to read TypeScript.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setUp } from './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Commands that only call tools of the project's packages: every one of them runs, also after one has failed.
 * @type {Record<string, { package: string, bin?: string, argv: string[], env?: Record<string, string> }[]>}
 */
const COMMANDS = {
  // The order of the modules, the usual mistakes, exports and dependencies that nothing uses, and the format.
  lint: [
    { package: 'eslint', argv: ['--max-warnings=0', '.'] },
    { package: 'knip', argv: ['--no-progress', '--no-config-hints'] },
    { package: 'prettier', argv: ['--check', '--log-level=warn', '.'] },
  ],
  // Writes every file the way `lint` wants it.
  format: [
    { package: 'eslint', argv: ['--fix', '.'] },
    { package: 'prettier', argv: ['--write', '--log-level=warn', '.'] },
  ],
  // The extension by itself: Preact and Shopify's own elements are another world than the admin's React.
  typecheck: [
    { package: 'typescript', bin: 'tsc', argv: ['--noEmit', '-p', '.'] },
    { package: 'typescript', bin: 'tsc', argv: ['--noEmit', '-p', 'extensions/product-waitlist'] },
  ],
  // The app on a real development store, through Shopify's own command line.
  dev: [{ package: '@shopify/cli', bin: 'shopify', argv: ['app', 'dev', '--path', '.'] }],
  // Shopify's own command line reads the app's configuration and bundles its extensions, offline.
  'build:shopify': [
    {
      package: '@shopify/cli',
      bin: 'shopify',
      argv: ['app', 'build', '--path', '.', '--skip-dependencies-installation'],
      env: { CI: '1', SHOPIFY_CLI_NO_ANALYTICS: '1', NO_UPDATE_NOTIFIER: '1' },
    },
  ],
};

/** Where a package keeps its command. */
function commandOf({ package: name, bin = name }) {
  const folder = join(root, 'node_modules', name);
  const { bin: commands } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof commands === 'string' ? commands : commands[bin]);
}

const [target, ...args] = process.argv.slice(2);
if (!target) {
  process.stderr.write('usage: node scripts/run.mjs <file.ts | command> [args]\n');
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
  const run = ({ argv, env: own = {} }) =>
    new Promise((ended, failed) => {
      const child = start(node, ['--import', lifeline, ...argv, ...args], {
        stdio: 'inherit',
        env: { ...env, ...own, LIFELINE: String(process.pid) },
      });
      child.once('error', (error) => failed(new Error(`Could not run ${node}: ${error.message}`)));
      child.once('exit', (code, signal) => ended({ code, signal }));
    });
  const programs = Object.hasOwn(COMMANDS, target)
    ? COMMANDS[target].map((tool) => ({ ...tool, argv: [commandOf(tool), ...tool.argv] }))
    : [{ argv: [resolve(root, target)] }];
  let end = { code: 0, signal: null };
  for (const program of programs) {
    const each = await run(program);
    if (end.code === 0) end = each;
    if (stoppedBy) break;
  }
  endLike(end);
} catch (error) {
  if (!stoppedBy) say(error.message);
  endLike({ code: stoppedBy ? null : 1 });
}
