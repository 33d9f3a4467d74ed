// The structure holds: every lint rule of this project is tried with a file that breaks it; that no file of ours does is the work of `npm run lint`.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { moduleOrder } from '../scripts/lint-rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

// These rules need no types; files that do not exist are in no TypeScript project.
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

/** What lint says about `code` at `path`; the first line is added, as every file needs one. */
async function complaints({ path, code }: { path: string; code: string }): Promise<string[]> {
  const [result] = await eslint.lintText(`// Written by a test.\n${code}\n`, { filePath: join(root, path) });
  return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

const breaches = [
  {
    rule: 'a module imports nothing from one above it',
    path: 'app/messenger/planted.server.ts',
    code: `import { decide } from '../stock/decide.ts';\nexport const planted = decide;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'not even for a type',
    path: 'app/lib/planted.ts',
    code: `import type { Decision } from '../stock/decide.ts';\nexport type Planted = Decision;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'not even by an import at run time',
    path: 'app/lib/planted.server.ts',
    code: `export const planted = () => import('../shopify/shops.server.ts');`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'nor by passing it on',
    path: 'app/jobs/planted.server.ts',
    code: `export { subscribe } from '../waitlist/subscribe.server.ts';`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'no module calls a route',
    path: 'app/attribution/planted.server.ts',
    code: `import { loader } from '../routes/webhooks.messenger.ts';\nexport const planted = loader;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'a route does not call the worker',
    path: 'app/routes/planted.ts',
    code: `import { startWorker } from '../worker.ts';\nexport const action = startWorker;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'a folder without a place in the order is refused',
    path: 'app/elsewhere/planted.ts',
    code: `import { systemClock } from '../lib/clock.ts';\nexport const planted = systemClock;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'the app does not import a simulator',
    path: 'app/jobs/planted.server.ts',
    code: `import { createStore } from '../../simulators/shopify/store.ts';\nexport const planted = createStore;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'a simulator does not use the app’s own code',
    path: 'simulators/messenger/planted.ts',
    code: `import { verify } from '../../app/messenger/webhooks.ts';\nexport const planted = verify;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'the app needs nothing from its scripts',
    path: 'app/lib/planted.ts',
    code: `import { migrate } from '../../scripts/database/migrate.ts';\nexport const planted = migrate;`,
    says: /boundaries\/dependencies: .*imports go one way/,
  },
  {
    rule: 'a pure file touches no database',
    path: 'app/stock/planted.ts',
    code: `import { log } from '../lib/log.server.ts';\nexport const planted = log;`,
    says: /project\/pure-modules: planted\.ts is pure by its name/,
  },
  {
    rule: 'nor the network by another way',
    path: 'app/messenger/planted.ts',
    code: `import { request } from 'undici';\nexport const planted = request;`,
    says: /project\/pure-modules/,
  },
  {
    rule: 'a route has no SQL',
    path: 'app/routes/planted.tsx',
    code: `import { db } from '../db.server.ts';\nexport const loader = () => db.shop.findMany();`,
    says: /project\/routes-without-database: A route has no SQL/,
  },
  {
    rule: 'what the worker runs needs no JSX',
    path: 'app/waitlist/planted.server.ts',
    code: `import { planted } from './planted.tsx';\nexport const also = planted;`,
    says: /project\/worker-needs-no-jsx/,
  },
  {
    rule: 'the environment is read once',
    path: 'app/messenger/planted.server.ts',
    code: `export const planted = process.env.META_APP_SECRET;`,
    says: /project\/environment-once: The environment is read once/,
  },
  {
    rule: 'names say something',
    path: 'app/lib/utils.ts',
    code: `export const planted = 1;`,
    says: /project\/file-names: utils\.ts says nothing/,
  },
  {
    rule: 'the app speaks through its log',
    path: 'app/jobs/planted.ts',
    code: `console.log('planted');`,
    says: /no-console/,
  },
  {
    rule: 'our own code is never replaced in a test',
    path: 'tests/planted.test.ts',
    code: `import { vi } from 'vitest';\nvi.mock('../app/db.server.ts');`,
    says: /Our own code is never replaced/,
  },
  {
    rule: 'every test runs',
    path: 'tests/planted.test.ts',
    code: `import { test } from 'vitest';\ntest.only('planted', () => {});`,
    says: /Every test runs, always/,
  },
  {
    rule: 'no test sleeps',
    path: 'tests/planted.test.ts',
    code: `export const nap = () => new Promise((wake) => { setTimeout(wake, 100); });`,
    says: /never for a time/,
  },
];

for (const { rule, path, code, says } of breaches)
  test(`lint refuses: ${rule}`, async () => {
    expect(await complaints({ path, code })).toEqual([expect.stringMatching(says)]);
  });

test('a file whose first line does not say what it does is refused', async () => {
  const [result] = await eslint.lintText('export const planted = 1;\n', {
    filePath: join(root, 'app/lib/planted.ts'),
  });
  expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(['project/first-line']);
});

test('what the order allows passes', async () => {
  const allowed = [
    {
      path: 'app/stock/planted.server.ts',
      code: `import { db } from '../db.server.ts';\nexport { send } from '../messenger/send-api.server.ts';\nexport const planted = db;`,
    },
    {
      path: 'app/worker.ts',
      code: `import { subscribe } from './waitlist/subscribe.server.ts';\nexport const planted = subscribe;`,
    },
    {
      path: 'app/routes/planted.tsx',
      code: `import { authenticateMerchant } from '../authenticate.server.ts';\nexport const loader = authenticateMerchant;\nexport default function Planted() { return null; }`,
    },
    {
      path: 'app/stock/planted.ts',
      code: `import type { Shop } from '../shopify/shops.server.ts';\nexport type Planted = Shop;`,
    },
    {
      path: 'tests/stock/planted.test.ts',
      code: `import { decide } from '../../app/stock/decide.ts';\nimport { createStore } from '../../simulators/shopify/store.ts';\nexport const planted = [decide, createStore];`,
    },
  ];
  for (const each of allowed) expect(await complaints(each)).toEqual([]);
});

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** `model by module` for every table of the schema, as docs/architecture.md has it. */
const documentedWriters = [...read('docs/architecture.md').matchAll(/^\| `(\w+)\/` \| (.*) \|$/gm)].flatMap(
  ([, module, tables]) => [...tables!.matchAll(/`(\w+)`/g)].map(([, table]) => `${table} by ${module}`),
);

/** Files that write another module's table, and why. */
const EXCEPTIONS: Record<string, string[]> = {
  // The claim moves a subscription and counts in its restock in one statement: apart, a crash between them would lose or repeat a message.
  'app/notifications/claim.server.ts': ['Subscription', 'Restock'],
  'app/notifications/finish.server.ts': ['Subscription', 'Restock'],
  // STOP and the opt-in that takes it back are one transaction with the subscriptions that they end and begin.
  'app/waitlist/end-subscriptions.server.ts': ['Shopper'],
  'app/waitlist/subscribe.server.ts': ['Shopper'],
  // Meta's requests to delete a person are kept beside Shopify's.
  'app/messenger/meta-callbacks.server.ts': ['PrivacyRequest'],
};

test('the order of the modules in docs/architecture.md is the one that lint holds', () => {
  const [line] = /`components` ->[^.]*`lib`/.exec(read('docs/architecture.md'))!;
  expect(
    line.split('->').map((group) => [...group.matchAll(/`(\w+)`/g)].map(([, module]) => module)),
  ).toEqual(moduleOrder);
});

test('every table is written by one module, as docs/architecture.md and the schema say, but for exceptions with a reason', () => {
  const models = [
    ...read('prisma/schema.prisma').matchAll(/((?:^\/\/\/.*\n)*)^model (\w+) [^]*?^ {2}@@map\("(\w+)"\)/gm),
  ];
  const inSchema = models.map(
    ([, comment, model]) =>
      `${model} by ${/[Ww]ritten by (\w+)\//.exec(comment!.replaceAll('\n/// ', ' '))?.[1] ?? 'shopify'}`,
  );
  expect(documentedWriters.toSorted()).toEqual(inSchema.toSorted());
  const byName = new Map(
    models.flatMap(([, , model, table]) =>
      [table!, model![0]!.toLowerCase() + model!.slice(1)].map((name) => [name, model!]),
    ),
  );
  const written = globSync('app/**/*.{ts,tsx}', { cwd: root }).flatMap((file) =>
    [
      ...read(file).matchAll(
        /\.(\w+)\s*\.(?:create|createMany|createManyAndReturn|update|updateMany|updateManyAndReturn|upsert|delete|deleteMany)\(/g,
      ),
      ...read(file).matchAll(/(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+(\w+)/g),
    ].flatMap(([, name]) => {
      const model = byName.get(name!);
      return model === undefined ? [] : [{ file, model }];
    }),
  );
  expect(new Set(written.map(({ model }) => model)).size, 'tables whose writes were found').toBe(
    models.length,
  );
  const strangers = written.filter(
    ({ file, model }) =>
      !documentedWriters.includes(`${model} by ${file.split('/')[1]}`) && !EXCEPTIONS[file]?.includes(model),
  );
  expect(strangers).toEqual([]);
  const unused = Object.entries(EXCEPTIONS).flatMap(([file, tables]) =>
    tables.filter((table) => !written.some((one) => one.file === file && one.model === table)),
  );
  expect(unused).toEqual([]);
});
