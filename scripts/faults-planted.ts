// `npm run faults:planted`: a test of the tests. Each planted bug is put into a copy of the tree, and the test it names must fail there.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const shelf = join(root, 'tests', 'faults', 'planted');
const say = (line: string) => void process.stdout.write(`${line}\n`);

export type Planted = { name: string; what: string; test: string; pattern: string; path: string };

/** Each planted bug as its patch says of itself: what it does, and the test (file and name) that must fail. */
export function plantedBugs(): Planted[] {
  return readdirSync(shelf)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const path = join(shelf, file);
      const [what = '', test, name] = readFileSync(path, 'utf8').split('\n');
      const said = {
        test: /^Test: (\S+)$/.exec(test ?? '')?.[1],
        pattern: /^Name: ?(.*)$/.exec(name ?? '')?.[1],
      };
      if (said.test === undefined || said.pattern === undefined)
        throw new Error(
          `${file} does not say which test must fail (lines 2 and 3: "Test: ..." and "Name: ...").`,
        );
      return { name: file.replace(/\.patch$/, ''), what, test: said.test, pattern: said.pattern, path };
    });
}

/** A copy of the tree as it stands, changes not yet committed included; the packages are shared. */
export function copyOfTheTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'planted-'));
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of listed.stdout.split('\0').filter(Boolean)) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  for (const folder of ['node_modules', 'build'])
    if (existsSync(join(root, folder))) symlinkSync(join(root, folder), join(copy, folder));
  // Of a repository's own: a patch is applied to this folder, not to one further up.
  spawnSync('git', ['init', '-q'], { cwd: copy });
  return copy;
}

/** Puts the bug in, or takes it out again. @returns git's complaint, or null. */
export function patch({
  copy,
  path,
  out = false,
}: {
  copy: string;
  path: string;
  out?: boolean;
}): string | null {
  const done = spawnSync('git', ['apply', ...(out ? ['--reverse'] : []), path], {
    cwd: copy,
    encoding: 'utf8',
  });
  return done.status === 0 ? null : done.stderr.trim() || 'git could not be run';
}

/** The storefront's tests load what is built from the extension's sources. */
function buildExtension(copy: string): void {
  const done = spawnSync(process.execPath, [join(copy, 'scripts', 'build-extension.ts')], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`the extension could not be built: ${done.stdout}${done.stderr}`);
}

type Run = { passed: number; failed: string[]; said: string };

/** Runs tests of the copy, and only those; what failed before any test began counts as neither passed nor failed. */
export function runTests({ copy, tests, pattern }: { copy: string; tests: string[]; pattern: string }): Run {
  const done = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=json',
      ...tests,
      ...(pattern ? ['-t', pattern] : []),
    ],
    { cwd: copy, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_ENV: 'test' } },
  );
  const report = done.stdout.slice(done.stdout.indexOf('{"num'));
  try {
    const { testResults } = JSON.parse(report) as {
      testResults: { assertionResults: { title: string; status: string }[] }[];
    };
    const all = testResults.flatMap((file) => file.assertionResults);
    return {
      passed: all.filter((one) => one.status === 'passed').length,
      failed: all.filter((one) => one.status === 'failed').map((one) => one.title),
      said: '',
    };
  } catch {
    return { passed: 0, failed: [], said: `${done.stdout}\n${done.stderr}`.trim().slice(-800) };
  }
}

function main(): number {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const only = values.only?.split(',');
  const bugs = plantedBugs().filter((bug) => only === undefined || only.includes(bug.name));
  if (bugs.length === 0) {
    say(`There is no planted bug ${values.only}.`);
    return 64;
  }
  const copy = copyOfTheTree();
  try {
    say('Without any bug:');
    const clean = runTests({
      copy,
      tests: [...new Set(bugs.map((bug) => bug.test))],
      pattern: bugs.every((bug) => bug.pattern) ? bugs.map((bug) => bug.pattern).join('|') : '',
    });
    for (const title of clean.failed) say(`FAIL  fails without a bug: ${title}`);
    if (clean.said) say(clean.said);
    say(`  ${clean.passed} of the tests pass, ${clean.failed.length} fail`);
    let wrong = clean.passed === 0 ? 1 : clean.failed.length;
    const width = Math.max(...bugs.map((bug) => bug.name.length));
    for (const { name, test, pattern, path } of bugs) {
      const complaint = patch({ copy, path });
      if (complaint) {
        wrong++;
        say(`FAIL  ${name.padEnd(width)}  no longer applies: ${complaint.split('\n')[0]}`);
        continue;
      }
      const inExtension = readFileSync(path, 'utf8').includes('+++ b/extensions/source/');
      if (inExtension) buildExtension(copy);
      const run = runTests({ copy, tests: [test], pattern });
      const unapplied = patch({ copy, path, out: true });
      if (unapplied) throw new Error(`${name} could not be taken out again: ${unapplied}`);
      if (inExtension) buildExtension(copy);
      const caught = run.failed.length > 0;
      if (!caught) wrong++;
      say(
        `${caught ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${caught ? `caught by "${run.failed[0]}"` : `NOT CAUGHT by ${test} (${run.passed} passed) ${run.said}`}`,
      );
    }
    say(`${bugs.length} planted, ${wrong} wrong`);
    return wrong === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
