// `npm run bundles`: what each page of the admin ships to the browser, by size, and how much of the big libraries that is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildApp } from './build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const client = join(root, 'build', 'client');

export type Piece = { file: string; bytes: number; gzip: number };
export type Shipped = {
  page: string;
  /** What this page alone brings along. */ own: Piece[];
  script: number;
  style: number;
};
type Chunk = { module: string; imports?: string[]; css?: string[] };
type Manifest = { entry: Chunk; routes: Record<string, Chunk & { id: string; parentId?: string }> };

function manifest(): Manifest {
  const file = readdirSync(join(client, 'assets')).find((name) => /^manifest-.*\.js$/.test(name))!;
  const text = readFileSync(join(client, 'assets', file), 'utf8');
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as Manifest;
}

const weighed = new Map<string, Piece>();
function weigh(url: string): Piece {
  const known = weighed.get(url);
  if (known) return known;
  const content = readFileSync(join(client, url));
  const piece = { file: url.replace('/assets/', ''), bytes: content.length, gzip: gzipSync(content).length };
  weighed.set(url, piece);
  return piece;
}

/** Everything that a page's document loads before it is alive, in the order of its weight. */
export function shipped(): Shipped[] {
  const { entry, routes } = manifest();
  const filesOf = (chunk: Chunk) => [chunk.module, ...(chunk.imports ?? [])];
  const chain = (id: string): string[] => [
    id,
    ...(routes[id]!.parentId === undefined ? [] : chain(routes[id]!.parentId)),
  ];
  const pages = Object.keys(routes).filter((id) => id.startsWith('routes/app.'));
  const everywhere = new Set([
    ...filesOf(entry),
    ...filesOf(routes.root!),
    ...filesOf(routes['routes/app']!),
  ]);
  const style = readdirSync(join(client, 'assets'))
    .filter((name) => name.endsWith('.css'))
    .reduce((sum, name) => sum + weigh(`/assets/${name}`).gzip, 0);
  return pages
    .map((id) => {
      const files = new Set([...filesOf(entry), ...chain(id).flatMap((each) => filesOf(routes[each]!))]);
      const pieces = [...files].map(weigh).toSorted((a, b) => b.gzip - a.gzip);
      const own = pieces.filter(({ file }) => !everywhere.has(`/assets/${file}`));
      return {
        page: id.replace('routes/', ''),
        own,
        script: pieces.reduce((sum, { gzip }) => sum + gzip, 0),
        style,
      };
    })
    .filter(({ own }) => own.some(({ bytes }) => bytes > 200))
    .toSorted((a, b) => b.script - a.script);
}

/** How much of a library stands in what is shipped: a whole one would show here at once. */
export function partsOf(library: 'icons' | 'components'): { shipped: number; all: number } {
  const text = readdirSync(join(client, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(client, 'assets', name), 'utf8'))
    .join('\n');
  const home = join(root, 'node_modules', '@shopify');
  const [names, found] =
    library === 'icons'
      ? [
          readdirSync(join(home, 'polaris-icons', 'dist', 'icons')).flatMap(
            (file) => /^(\w+Icon)\.svg\.mjs$/.exec(file)?.[1] ?? [],
          ),
          (name: string) => text.includes(`"${name}"`),
        ]
      : [
          readdirSync(join(home, 'polaris', 'build', 'esm', 'components')),
          // The class names of a component begin with its own.
          (name: string) => new RegExp(`"Polaris-${name}(["_-])`).test(text),
        ];
  return { shipped: names.filter(found).length, all: names.length };
}

const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** The list as text: a page a line, the heaviest first. */
export function table(): string[] {
  const icons = partsOf('icons');
  const parts = partsOf('components');
  return [
    `${'page'.padEnd(36)} script, gzip   its own   style, gzip   its own pieces`,
    ...shipped().map(({ page, own, script, style }) => {
      const mine = own.reduce((sum, { gzip }) => sum + gzip, 0);
      const named = own
        .slice(0, 4)
        .map(({ file, gzip }) => `${file.replace(/-[\w-]{8}\.js$/, '')} ${kB(gzip)}`);
      return `${page.padEnd(36)} ${kB(script).padStart(12)} ${kB(mine).padStart(9)} ${kB(style).padStart(13)}   ${named.join(', ')}`;
    }),
    `Polaris icons: ${icons.shipped} of ${icons.all}; Polaris components: ${parts.shipped} of ${parts.all}.`,
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildApp({ print: (line) => process.stdout.write(`${line}\n`) });
  for (const line of table()) process.stdout.write(`${line}\n`);
}
