// Lint rules of this project: in which order modules may import, and what may stand where, each with its reason.
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rule } from 'eslint';
import type { ImportDeclaration, Literal, Node } from 'estree';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The modules of app/ from the top: each imports only from groups further down, and those of one group not each other. */
export const moduleOrder = [
  ['components'],
  ['reports', 'flow', 'attribution'],
  ['conversation'],
  ['notifications'],
  ['stock'],
  ['waitlist'],
  ['messenger'],
  ['shopify'],
  ['jobs'],
  ['i18n'],
  ['lib'],
];

/** Files at the top of app/ that every module may import. */
const foundation = ['env-schema', 'env.server', 'database-url', 'db.server'];

/** What several entry points and routes share, such as who is calling. */
const shared = ['authenticate.server', 'maintenance.server', 'metrics.server', 'security-headers'];

const folders = ['simulators', 'tests', 'bench', 'scripts'];

/** For eslint-plugin-boundaries: the folders whose imports are judged. */
export const elements = [
  ...[...moduleOrder.flat(), 'routes'].map((name) => ({ type: name, pattern: `app/${name}` })),
  { type: 'elsewhere', pattern: 'app/*' },
  ...folders.map((name) => ({ type: name, pattern: name })),
];

/** And the files at the top of app/. */
export const files = [
  { category: 'foundation', pattern: foundation.map((name) => `app/${name}.ts`) },
  { category: 'worker', pattern: 'app/worker.ts' },
  { category: 'entry', pattern: ['app/server.ts', 'app/root.tsx', 'app/entry.*.tsx'] },
  { category: 'shared', pattern: shared.map((name) => `app/${name}.ts`) },
];

const below = (index: number) => ['foundation', ...moduleOrder.slice(index + 1).flat()];
const everyModule = below(-1);

/** Who may import whom; everything else is refused. */
const imports: Record<string, string[]> = {
  ...Object.fromEntries(
    moduleOrder.flatMap((group, index) => group.map((name) => [name, [name, ...below(index)]])),
  ),
  foundation: ['foundation', 'lib'],
  shared: ['shared', ...everyModule],
  // A route does not call the worker: they meet in the tables, so that a crash between them loses nothing.
  routes: ['routes', 'shared', ...everyModule],
  worker: ['shared', ...everyModule],
  entry: ['entry', 'worker', 'routes', 'shared', ...everyModule],
  // A simulator that used the app's own code would repeat its mistakes: it must come to the same answer by itself.
  simulators: ['simulators'],
  ...Object.fromEntries(
    folders
      .slice(1)
      .map((name) => [
        name,
        ['tests', 'bench', 'scripts', 'simulators', 'routes', 'entry', 'worker', 'shared', ...everyModule],
      ]),
  ),
};

const isFile = (name: string) => files.some(({ category }) => category === name);
const anyOf = (names: string[]) => [
  { element: { types: { anyOf: names.filter((name) => !isFile(name)) } } },
  { file: { categories: { anyOf: names.filter(isFile) } } },
];

/** `imports` as policies of eslint-plugin-boundaries. */
export const policies = Object.entries(imports).map(([name, allowed]) => ({
  from: isFile(name) ? { file: { categories: name } } : { element: { type: name } },
  allow: { to: anyOf(allowed) },
}));

type Place = {
  /** app, simulators, tests ... */
  top: string;
  /** Within app: the folder, or undefined for the files at its top. */
  module: string | undefined;
  name: string;
  path: string;
};

function placeOf(path: string): Place {
  const parts = relative(root, path).split(sep);
  const [top = ''] = parts;
  return {
    top,
    module: top === 'app' && parts.length > 2 ? parts[1] : undefined,
    name: parts.at(-1) ?? '',
    path: parts.join('/'),
  };
}

type Import = { node: Node; source: string; isType: boolean };

/** A rule that looks at every import, export-from and dynamic import, and complains with what `judge` answers. */
function importRule(
  judge: (from: Place, it: Import & { to: Place | undefined }) => string | undefined,
): Rule.RuleModule {
  return {
    meta: { type: 'problem', schema: [] },
    create(context) {
      const from = placeOf(context.filename);
      const check = ({ node, source, isType }: Import) => {
        const to = source.startsWith('.') ? placeOf(resolve(dirname(context.filename), source)) : undefined;
        const message = judge(from, { node, source, isType, to });
        if (message) context.report({ node, message });
      };
      const declared = (
        node: Node & { source?: Literal | null; importKind?: string; exportKind?: string },
      ) => {
        if (typeof node.source?.value !== 'string') return;
        const isType = node.importKind === 'type' || node.exportKind === 'type' || onlyTypes(node);
        check({ node, source: node.source.value, isType });
      };
      return {
        ImportDeclaration: declared,
        ExportNamedDeclaration: declared,
        ExportAllDeclaration: declared,
        ImportExpression: (node) => {
          if (node.source.type === 'Literal' && typeof node.source.value === 'string')
            check({ node, source: node.source.value, isType: false });
        },
      };
    },
  };
}

const onlyTypes = (node: Node) => {
  const specifiers = (node as ImportDeclaration).specifiers as { importKind?: string }[] | undefined;
  return (
    specifiers !== undefined &&
    specifiers.length > 0 &&
    specifiers.every((each) => each.importKind === 'type')
  );
};

const effects =
  /^(@prisma\/client|pg|pg-boss|undici|pino|prom-client|@shopify\/shopify-app-remix\/server)$|^node:(fs|net|tls|http|https|http2|dns|dgram|child_process|worker_threads|cluster)(\/|$)/;

const pureModules = importRule((from, { to, source, isType }) => {
  const isPure =
    from.top === 'app' &&
    from.module !== undefined &&
    from.module !== 'routes' &&
    !from.name.includes('.server.');
  if (!isPure || isType) return undefined;
  if (to?.name.includes('.server.') || effects.test(source))
    return `${from.name} is pure by its name, and ${source} touches the database, the network or a secret: pass in what it needs, or name this file .server.ts.`;
  return undefined;
});

const routesWithoutDatabase = importRule((from, { to, source }) => {
  if (from.module !== 'routes') return undefined;
  if (to?.path === 'app/db.server.ts' || /^(@prisma\/|pg$)/.test(source))
    return 'A route has no SQL: it checks the caller and calls a module, which alone writes its tables.';
  return undefined;
});

const workerNeedsNoJsx = importRule((from, { to }) => {
  const isForBrowsersToo =
    from.module === 'routes' || from.module === 'components' || from.name.endsWith('.tsx');
  if (from.top !== 'app' || isForBrowsersToo || !to?.name.endsWith('.tsx')) return undefined;
  return `Node runs the worker's files as they are and cannot read JSX: ${from.name} must not need ${to.name}.`;
});

const environmentOnce: Rule.RuleModule = {
  meta: { type: 'problem', schema: [] },
  create: (context) => ({
    'MemberExpression[object.name="process"][property.name="env"]': (node: Node) => {
      const { top, path } = placeOf(context.filename);
      if (top === 'app' && path !== 'app/env.server.ts')
        context.report({
          node,
          message:
            'The environment is read once, in env.server.ts: what is missing is reported at start, not at the first request that needs it.',
        });
    },
  }),
};

const firstLine: Rule.RuleModule = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program: (node) => {
      const [first] = context.sourceCode.lines;
      if (!/^(\/\/|\/\*\*?) \S/.test(first ?? '') || /eslint|@ts-/.test(first ?? ''))
        context.report({
          node,
          loc: { line: 1, column: 0 },
          message: 'The first line of a file says in one sentence what it does.',
        });
    },
  }),
};

const shapeless = /^(utils?|helpers?|services?|types|constants|common|misc|index)\.(server\.)?tsx?$/;
const fileNames: Rule.RuleModule = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program: (node) => {
      const { name } = placeOf(context.filename);
      if (shapeless.test(name))
        context.report({
          node,
          loc: { line: 1, column: 0 },
          message: `${name} says nothing: name the file after what it does.`,
        });
    },
  }),
};

export const rules = {
  'pure-modules': pureModules,
  'routes-without-database': routesWithoutDatabase,
  'worker-needs-no-jsx': workerNeedsNoJsx,
  'environment-once': environmentOnce,
  'first-line': firstLine,
  'file-names': fileNames,
} satisfies Record<string, Rule.RuleModule>;
