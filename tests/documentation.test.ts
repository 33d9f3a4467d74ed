// The documents name files, folders and commands that exist.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const exists = (path: string) => globSync(path, { cwd: root }).length > 0;

const documents = globSync(['README.md', 'CONTRIBUTING.md', 'docs/**/*.md'], { cwd: root }).toSorted();
/** Topics such as app/uninstalled look like paths. */
const webhookTopics = [...read('shopify.app.toml').matchAll(/"(\w+\/\w+)"/g)].map(([, topic]) => topic!);
const rootFolders = ['.ci', 'app', 'bench', 'docs', 'extensions', 'prisma', 'scripts', 'simulators', 'tests'];

/** Paths from the root in a document's backticks; `<name>` and `*` stand for anything, `{a,b}` for each. */
const namedPaths = (text: string) =>
  [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, path]) => path!)
    .filter((path) => !webhookTopics.includes(path))
    .filter((path) => rootFolders.some((folder) => path.startsWith(`${folder}/`)))
    .map((path) => path.replaceAll(/<[^>]+>/g, '*').replace(/\/$/, ''));

test.each(documents)('every file that %s names exists', (document) => {
  const text = read(document);
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)[^)]*\)/g)].map(([, link]) =>
    relative(root, join(root, dirname(document), link!)),
  );
  expect([...namedPaths(text), ...links].filter((path) => !exists(path))).toEqual([]);
});

test('every command that the documents name is a script of package.json', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = documents.flatMap((document) =>
    [...read(document).matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(
      ([, run, direct]) => run ?? direct!,
    ),
  );
  expect(named.length).toBeGreaterThan(0);
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
});

test('the numbers of the decisions are those of their titles, each given once', () => {
  const decisions = globSync('docs/decisions/*.md', { cwd: root });
  const numbers = decisions.map((path) => /decisions\/(\d{3})-/.exec(path)?.[1]);
  expect(new Set(numbers).size).toBe(decisions.length);
  expect(decisions.map((path) => /^# (\d{3}) /.exec(read(path))?.[1])).toEqual(numbers);
});

test('a decision that code or a document points to exists', () => {
  const files = globSync(
    ['{app,bench,simulators,scripts,tests,prisma}/**/*.{ts,tsx,js,mjs,prisma}', ...documents],
    {
      cwd: root,
    },
  );
  const missing = files.flatMap((file) =>
    [...read(file).matchAll(/decisions\/(\d{3}[\w-]*)/g)]
      .map(([, name]) => name!)
      .filter((name) => !exists(`docs/decisions/${name}*`))
      .map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});
