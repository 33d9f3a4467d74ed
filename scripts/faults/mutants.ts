// `npm run faults:mutants`: a test of the tests. Each mutant is put into a copy of the tree, and the test it names must fail there.
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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'tests', 'faults', 'mutants');
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Lines of one file and what stands in their place in the mutant. */
type Edit = { file: string; find: string; replace: string };
export type Mutant = { name: string; what: string; test: string; pattern: string; edits: Edit[] };

/**
 * Reads every mutant of tests/faults/mutants: `# name`, what it breaks, `Test:` (file), `Name:` (pattern of the test that must fail; empty
 * for the whole file), then for each edit `In:` (file), the lines that go, each after `-`, and those that come, each after `+`.
 */
export function readMutants(): Mutant[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/^# /m).slice(1).map(readMutant));
}

function readMutant(text: string): Mutant {
  const [name = '', ...lines] = text.trimEnd().split('\n');
  const mutant: Mutant = { name, what: '', test: '', pattern: '', edits: [] };
  let file = '';
  let edit: { file: string; out: string[]; in: string[] } | undefined;
  const close = () => {
    if (edit) mutant.edits.push({ file: edit.file, find: edit.out.join('\n'), replace: edit.in.join('\n') });
    edit = undefined;
  };
  for (const line of lines) {
    const field = /^(Test|Name|In): ?(.*)$/.exec(line);
    if (field?.[1] === 'Test') mutant.test = field[2]!;
    else if (field?.[1] === 'Name') mutant.pattern = field[2]!;
    else if (field?.[1] === 'In') {
      close();
      file = field[2]!;
    } else if (file === '') mutant.what = [mutant.what, line].filter(Boolean).join(' ');
    else if (line.startsWith('-')) {
      if (edit && edit.in.length > 0) close();
      edit ??= { file, out: [], in: [] };
      edit.out.push(line.slice(1));
    } else if (line.startsWith('+') && edit) edit.in.push(line.slice(1));
    else if (line !== '') throw new Error(`mutant ${name}: can't read the line "${line}"`);
  }
  close();
  if (!mutant.what || !mutant.test || mutant.edits.length === 0)
    throw new Error(
      `mutant ${name} does not say what it breaks, which test must fail ("Test: ...") and where ("In: ...").`,
    );
  return mutant;
}

/** Why a mutant does not fit the tree below `base` (the lines that go must be found exactly once), or null. */
export function misfit({ base, mutant }: { base: string; mutant: Mutant }): string | null {
  for (const { file, find } of mutant.edits) {
    if (!existsSync(join(base, file))) return `${file} does not exist`;
    const found = `\n${readFileSync(join(base, file), 'utf8')}`.split(`\n${find}\n`).length - 1;
    if (found !== 1) return `${file} has its lines ${found} times: ${find.split('\n')[0]!.trim()}`;
  }
  return null;
}

/** Puts a mutant in. @returns what takes it out again. */
function put({ base, mutant }: { base: string; mutant: Mutant }): () => void {
  const before = new Map(mutant.edits.map(({ file }) => [file, readFileSync(join(base, file), 'utf8')]));
  for (const { file, find, replace } of mutant.edits) {
    const text = `\n${readFileSync(join(base, file), 'utf8')}`;
    const changed = text.replace(`\n${find}\n`, () => (replace === '' ? '\n' : `\n${replace}\n`));
    writeFileSync(join(base, file), changed.slice(1));
  }
  return () => {
    for (const [file, text] of before) writeFileSync(join(base, file), text);
  };
}

/** A copy of the tree as it stands, changes not yet committed included; the packages are shared. */
function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
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
  for (const shared of ['node_modules', 'build'])
    if (existsSync(join(root, shared))) symlinkSync(join(root, shared), join(copy, shared));
  return copy;
}

type Run = { passed: number; failed: string[]; output: string };

/** Runs tests of the copy, and only those; what failed before any test began counts as neither passed nor failed. */
function runTests({ copy, tests, pattern }: { copy: string; tests: string[]; pattern: string }): Run {
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
      output: '',
    };
  } catch {
    return { passed: 0, failed: [], output: `${done.stdout}\n${done.stderr}`.trim().slice(-800) };
  }
}

/** The storefront's tests load what is built from the extension's sources. */
function buildExtension(copy: string): void {
  const done = spawnSync(process.execPath, [join(copy, 'scripts', 'build-extension.ts')], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`the extension could not be built: ${done.stdout}${done.stderr}`);
}

function main(): number {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const only = values.only?.split(',');
  const mutants = readMutants().filter(({ name }) => only === undefined || only.includes(name));
  if (mutants.length === 0) {
    print(`There is no mutant ${values.only}.`);
    return 64;
  }
  const copy = copyTree();
  try {
    print('Without any mutant:');
    const clean = runTests({
      copy,
      tests: [...new Set(mutants.map(({ test }) => test))],
      pattern: mutants.every(({ pattern }) => pattern) ? mutants.map(({ pattern }) => pattern).join('|') : '',
    });
    for (const title of clean.failed) print(`FAIL  fails without a mutant: ${title}`);
    if (clean.output) print(clean.output);
    print(`  ${clean.passed} of the tests pass, ${clean.failed.length} fail`);
    let wrong = clean.passed === 0 ? 1 : clean.failed.length;
    const width = Math.max(...mutants.map(({ name }) => name.length));
    for (const mutant of mutants) {
      const { name, test, pattern } = mutant;
      const why = misfit({ base: copy, mutant });
      if (why) {
        wrong++;
        print(`FAIL  ${name.padEnd(width)}  no longer fits: ${why}`);
        continue;
      }
      const inExtension = mutant.edits.some(({ file }) => file.startsWith('extensions/source/'));
      const takeOut = put({ base: copy, mutant });
      if (inExtension) buildExtension(copy);
      const run = runTests({ copy, tests: [test], pattern });
      takeOut();
      if (inExtension) buildExtension(copy);
      const caught = run.failed.length > 0;
      if (!caught) wrong++;
      print(
        `${caught ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${caught ? `caught by "${run.failed[0]}"` : `NOT CAUGHT by ${test} (${run.passed} passed) ${run.output}`}`,
      );
    }
    print(`${mutants.length} mutants, ${wrong} wrong`);
    return wrong === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
