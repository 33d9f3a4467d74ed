// The walls of the house, as lint rules: who may import whom, and what may stand where, each with its reason.
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rule } from 'eslint';
import type { ImportDeclaration, Literal, Node } from 'estree';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The one-way street, from the top: a room imports only rooms further down. */
export const street = [
  'components',
  'flow',
  'attribution',
  'notifications',
  'restock',
  'waitlist',
  'messenger',
  'shops',
  'jobs',
  'lib',
];
const TOP = -2;
const tops = /^(worker|server|root|entry\..*)\.tsx?$/;
/** Everybody stands on these. */
const ground = ['environment.ts', 'env.server.ts', 'once-a-process.ts', 'database-url.ts', 'db.server.ts'];

type Place = {
  /** app, simulators, tests ... */
  wing: string;
  /** Within app: the folder, or undefined for the files at its top. */
  room: string | undefined;
  name: string;
  path: string;
};

function placeOf(path: string): Place {
  const parts = relative(root, path).split(sep);
  const [wing = ''] = parts;
  return {
    wing,
    room: wing === 'app' && parts.length > 2 ? parts[1] : undefined,
    name: parts.at(-1) ?? '',
    path: parts.join('/'),
  };
}

/** The height at which a place of app stands; undefined for a folder that has no place in the street. */
function heightOf({ room, name }: Place): number | undefined {
  if (room === undefined) {
    if (ground.includes(name)) return street.length;
    // Shopify's library is set up with what shops/ knows, so it stands just above it.
    if (name === 'shopify.server.ts') return street.indexOf('shops') - 0.5;
    // What several doors need to know about their caller stands right behind them.
    return tops.test(name) ? TOP : TOP + 1;
  }
  if (room === 'routes') return TOP;
  const height = street.indexOf(room);
  return height === -1 ? undefined : height;
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

const oneWayStreet = importRule((from, { to }) => {
  if (from.wing !== 'app' || to?.wing !== 'app') return undefined;
  const here = heightOf(from);
  const there = heightOf(to);
  if (here === undefined)
    return `app/${from.room}/ is not a room of the street (${street.join(' -> ')}): a room has its place, so that the story can be read in one direction.`;
  if (there === undefined || (from.room !== undefined && from.room === to.room)) return undefined;
  if (from.room === 'routes' && to.path === 'app/worker.ts')
    return 'A door does not call the worker: they meet in the tables, so that a crash between them loses nothing.';
  if (there > here || (from.room === undefined && to.room === undefined && there === here)) return undefined;
  return `The street is one-way: ${from.path} stands below ${to.path} (${street.join(' -> ')}). What needs both is composed in worker.ts, so that no room knows who uses it.`;
});

const separateWings = importRule((from, { to }) => {
  if (to === undefined || from.wing === to.wing) return undefined;
  if (from.wing === 'app')
    return to.wing === 'simulators'
      ? 'The app does not know its stand-ins: production must not be able to reach them.'
      : ['tests', 'bench', 'scripts'].includes(to.wing)
        ? `The app imports nothing from ${to.wing}/: it must run without it.`
        : undefined;
  if (from.wing === 'simulators' && to.wing === 'app')
    return 'A stand-in that used the app’s own code would repeat its mistakes: it must come to the same answer by itself.';
  return undefined;
});

const effects =
  /^(@prisma\/client|pg|pg-boss|undici|pino|prom-client|@shopify\/shopify-app-remix\/server)$|^node:(fs|net|tls|http|https|http2|dns|dgram|child_process|worker_threads|cluster)(\/|$)/;

const pureStaysPure = importRule((from, { to, source, isType }) => {
  const isPure =
    from.wing === 'app' &&
    from.room !== undefined &&
    from.room !== 'routes' &&
    !from.name.includes('.server.');
  if (!isPure || isType) return undefined;
  if (to?.name.includes('.server.') || effects.test(source))
    return `${from.name} is pure by its name, and ${source} touches the database, the network or a secret: pass in what it needs, or name this file .server.ts.`;
  return undefined;
});

const nothingButDoors = importRule((from, { to, source }) => {
  if (from.room !== 'routes') return undefined;
  if (to?.path === 'app/db.server.ts' || /^(@prisma\/|pg$)/.test(source))
    return 'A door has no SQL: it checks the caller and calls one room, whose table has one writer.';
  return undefined;
});

const workerReadsTs = importRule((from, { to }) => {
  const isForBrowsersToo = from.room === 'routes' || from.room === 'components' || from.name.endsWith('.tsx');
  if (from.wing !== 'app' || isForBrowsersToo || !to?.name.endsWith('.tsx')) return undefined;
  return `Node runs the worker's files as they are and cannot read JSX: ${from.name} must not need ${to.name}.`;
});

const environmentOnce: Rule.RuleModule = {
  meta: { type: 'problem', schema: [] },
  create: (context) => ({
    'MemberExpression[object.name="process"][property.name="env"]': (node: Node) => {
      const { wing, path } = placeOf(context.filename);
      if (wing === 'app' && path !== 'app/env.server.ts')
        context.report({
          node,
          message:
            'The environment is read once, in env.server.ts: what is missing is said at boot, not in the middle of the story.',
        });
    },
  }),
};

const opensWithItsPart: Rule.RuleModule = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program: (node) => {
      const [first] = context.sourceCode.lines;
      if (!/^(\/\/|\/\*\*?) \S/.test(first ?? '') || /eslint|@ts-/.test(first ?? ''))
        context.report({
          node,
          loc: { line: 1, column: 0 },
          message: 'A file opens with one sentence: its part in the story.',
        });
    },
  }),
};

const shapeless = /^(utils?|helpers?|services?|types|constants|common|misc|index)\.(server\.)?tsx?$/;
const sayingNames: Rule.RuleModule = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program: (node) => {
      const { name } = placeOf(context.filename);
      if (shapeless.test(name))
        context.report({
          node,
          loc: { line: 1, column: 0 },
          message: `${name} says nothing: a file is a verb or a noun of the glossary.`,
        });
    },
  }),
};

export const walls = {
  rules: {
    'one-way-street': oneWayStreet,
    'separate-wings': separateWings,
    'pure-stays-pure': pureStaysPure,
    'nothing-but-doors': nothingButDoors,
    'worker-reads-ts': workerReadsTs,
    'environment-once': environmentOnce,
    'opens-with-its-part': opensWithItsPart,
    'saying-names': sayingNames,
  },
};
