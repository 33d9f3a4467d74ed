// The house keeps its shape: every wall is tried with a planted breach, and the house itself has none.
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { walls } from '../scripts/walls.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

// The walls need no types; planted files are in no TypeScript project.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [
    {
      files: ['**/*.ts', '**/*.tsx'],
      ...tseslint.configs.disableTypeChecked,
      languageOptions: { parserOptions: { projectService: false, project: false } },
    },
    { files: ['**/*.ts', '**/*.tsx'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  ] as ESLint.Options['overrideConfig'],
});

/** What lint says about `code` standing at `path`; its first line is added, as every file needs one. */
async function complaints({ path, code }: { path: string; code: string }): Promise<string[]> {
  const [result] = await eslint.lintText(`// Planted by a test.\n${code}\n`, { filePath: join(root, path) });
  return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

const breaches = [
  {
    wall: 'a lower room does not know a higher one',
    path: 'app/messenger/planted.server.ts',
    code: `import { decide } from '../restock/decide.ts';\nexport const planted = decide;`,
    says: /house\/one-way-street: The street is one-way: app\/messenger\/planted\.server\.ts stands below app\/restock\/decide\.ts/,
  },
  {
    wall: 'not even for a type',
    path: 'app/lib/planted.ts',
    code: `import type { Look } from '../restock/decide.ts';\nexport type Planted = Look;`,
    says: /house\/one-way-street/,
  },
  {
    wall: 'not even by an import at run time',
    path: 'app/lib/planted.server.ts',
    code: `export const planted = () => import('../shops/shop.server.ts');`,
    says: /house\/one-way-street/,
  },
  {
    wall: 'nor by passing it on',
    path: 'app/jobs/planted.server.ts',
    code: `export { talk } from '../waitlist/talk.server.ts';`,
    says: /house\/one-way-street/,
  },
  {
    wall: 'no room calls a door',
    path: 'app/attribution/planted.server.ts',
    code: `import { loader } from '../routes/webhooks.messenger.ts';\nexport const planted = loader;`,
    says: /house\/one-way-street/,
  },
  {
    wall: 'a door does not call the worker',
    path: 'app/routes/planted.ts',
    code: `import { startWorker } from '../worker.ts';\nexport const action = startWorker;`,
    says: /house\/one-way-street: A door does not call the worker/,
  },
  {
    wall: 'a room without a place in the street is refused',
    path: 'app/elsewhere/planted.ts',
    code: `import { systemClock } from '../lib/clock.ts';\nexport const planted = systemClock;`,
    says: /house\/one-way-street: app\/elsewhere\/ is not a room/,
  },
  {
    wall: 'the app does not reach its stand-ins',
    path: 'app/jobs/planted.server.ts',
    code: `import { createStore } from '../../simulators/shopify/store.ts';\nexport const planted = createStore;`,
    says: /house\/separate-wings: The app does not know its stand-ins/,
  },
  {
    wall: 'a stand-in does not use the app’s own code',
    path: 'simulators/messenger/planted.ts',
    code: `import { verify } from '../../app/messenger/webhooks.ts';\nexport const planted = verify;`,
    says: /house\/separate-wings: A stand-in that used the app’s own code/,
  },
  {
    wall: 'the app needs nothing from its scripts',
    path: 'app/planted.ts',
    code: `import { migrate } from '../scripts/database/migrate.ts';\nexport const planted = migrate;`,
    says: /house\/separate-wings/,
  },
  {
    wall: 'a pure file touches no database',
    path: 'app/restock/planted.ts',
    code: `import { log } from '../lib/log.server.ts';\nexport const planted = log;`,
    says: /house\/pure-stays-pure: planted\.ts is pure by its name/,
  },
  {
    wall: 'nor the network by another way',
    path: 'app/messenger/planted.ts',
    code: `import { request } from 'undici';\nexport const planted = request;`,
    says: /house\/pure-stays-pure/,
  },
  {
    wall: 'a door has no SQL',
    path: 'app/routes/planted.tsx',
    code: `import { db } from '../db.server.ts';\nexport const loader = () => db.shop.findMany();`,
    says: /house\/nothing-but-doors: A door has no SQL/,
  },
  {
    wall: 'what the worker runs needs no JSX',
    path: 'app/waitlist/planted.server.ts',
    code: `import { planted } from './planted.tsx';\nexport const also = planted;`,
    says: /house\/worker-reads-ts/,
  },
  {
    wall: 'the environment is read once',
    path: 'app/messenger/planted.server.ts',
    code: `export const planted = process.env.META_APP_SECRET;`,
    says: /house\/environment-once: The environment is read once/,
  },
  {
    wall: 'names say something',
    path: 'app/lib/utils.ts',
    code: `export const planted = 1;`,
    says: /house\/saying-names: utils\.ts says nothing/,
  },
  {
    wall: 'the app speaks through its log',
    path: 'app/jobs/planted.ts',
    code: `console.log('planted');`,
    says: /no-console/,
  },
  {
    wall: 'our own code is never replaced in a test',
    path: 'tests/planted.test.ts',
    code: `import { vi } from 'vitest';\nvi.mock('../app/db.server.ts');`,
    says: /Our own code is never replaced/,
  },
  {
    wall: 'every test runs',
    path: 'tests/planted.test.ts',
    code: `import { test } from 'vitest';\ntest.only('planted', () => {});`,
    says: /Every test runs, always/,
  },
  {
    wall: 'no test sleeps',
    path: 'tests/planted.test.ts',
    code: `export const nap = () => new Promise((wake) => { setTimeout(wake, 100); });`,
    says: /never for a time/,
  },
];

for (const { wall, path, code, says } of breaches)
  test(`lint holds the wall: ${wall}`, async () => {
    expect(await complaints({ path, code })).toEqual([expect.stringMatching(says)]);
  });

test('a file without its opening sentence is refused', async () => {
  const [result] = await eslint.lintText('export const planted = 1;\n', {
    filePath: join(root, 'app/lib/planted.ts'),
  });
  expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(['house/opens-with-its-part']);
});

test('what the street allows passes', async () => {
  const allowed = [
    {
      path: 'app/restock/planted.server.ts',
      code: `import { db } from '../db.server.ts';\nexport { send } from '../messenger/send.server.ts';\nexport const planted = db;`,
    },
    {
      path: 'app/worker.ts',
      code: `import { arrive } from './waitlist/arrive.server.ts';\nexport const planted = arrive;`,
    },
    {
      path: 'app/routes/planted.tsx',
      code: `import { authenticate } from '../shopify.server.ts';\nexport const loader = authenticate;\nexport default function Planted() { return null; }`,
    },
    {
      path: 'app/restock/planted.ts',
      code: `import type { Session } from '../shops/session-storage.server.ts';\nexport type Planted = Session;`,
    },
    {
      path: 'tests/restock/planted.test.ts',
      code: `import { decide } from '../../app/stock/decide.ts';\nimport { createStore } from '../../simulators/shopify/store.ts';\nexport const planted = [decide, createStore];`,
    },
  ];
  for (const each of allowed) expect(await complaints(each)).toEqual([]);
});

test('the house itself has no breach', async () => {
  // The walls alone, without the rest of the configuration: `npm run lint` is there for that.
  const files = ['**/*.ts', '**/*.tsx'];
  const rules = Object.fromEntries(
    Object.keys(walls.rules).map((name) => [`house/${name}`, 'error' as const]),
  );
  const onlyWalls = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    errorOnUnmatchedPattern: false,
    overrideConfig: { files, languageOptions: { parser: tseslint.parser }, plugins: { house: walls }, rules },
  });
  const wings = ['app', 'simulators', 'tests', 'bench', 'scripts'].flatMap((wing) => [
    `${wing}/**/*.ts`,
    `${wing}/**/*.tsx`,
  ]);
  const results = await onlyWalls.lintFiles(wings);
  const breached = results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId?.startsWith('house/'))
      .map(({ line, message }) => `${filePath.slice(root.length)}:${line} ${message}`),
  );
  expect(results.length).toBeGreaterThan(50);
  expect(breached).toEqual([]);
}, 120_000);
