// Turns the readable storefront scripts into the few bytes a shopper downloads; with --check it only says whether they still agree.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'extensions/source');
const extension = join(root, 'extensions/notify-me');

/** The options are part of the result: nothing outside this file may change a byte of it. */
async function minified(path: string): Promise<string> {
  const { code } = await transform(await readFile(path, 'utf8'), {
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    tsconfigRaw: '{}',
  });
  return code;
}

const scriptsIn = async (folder: string) =>
  (await readdir(folder)).filter((name) => name.endsWith('.js')).sort();

/** The text of a snippet with `code` in its first script element. */
function withScript({ snippet, code }: { snippet: string; code: string }): string {
  // Liquid would take these for its own, and a browser the last for the end of the script.
  for (const mark of ['{{', '{%', '</script'])
    if (code.includes(mark)) throw new Error(`a script in a snippet can't hold ${mark}`);
  return snippet.replace(
    /(<script\b[^>]*>).*?(<\/script>)/s,
    (_all, start: string, end: string) => start + code.trim() + end,
  );
}

/**
 * Everything that is built, by its path in the extension: each script in `source/` becomes an asset, and each in `source/inline/` is written
 * into the snippet of its name.
 */
async function builtFiles({ folder }: { folder: string }): Promise<{ path: string; text: string }[]> {
  const assets = (await scriptsIn(sources)).map(async (name) => ({
    path: `assets/${name}`,
    text: await minified(join(sources, name)),
  }));
  const inline = (await scriptsIn(join(sources, 'inline'))).map(async (name) => {
    const path = `snippets/${name.replace(/\.js$/, '.liquid')}`;
    const code = await minified(join(sources, 'inline', name));
    return { path, text: withScript({ snippet: await readFile(join(folder, path), 'utf8'), code }) };
  });
  return Promise.all([...assets, ...inline]);
}

/** Files that are not what their source says, or have no source any more. */
export async function staleFiles({ folder = extension }: { folder?: string } = {}): Promise<string[]> {
  const built = await builtFiles({ folder });
  const committed = (await scriptsIn(join(folder, 'assets'))).map((name) => `assets/${name}`);
  const orphans = committed.filter((path) => !built.some((each) => each.path === path));
  const differing: string[] = [];
  for (const { path, text } of built) {
    const present = await readFile(join(folder, path), 'utf8').catch(() => null);
    if (present !== text) differing.push(path);
  }
  return [...differing, ...orphans];
}

export async function buildExtension(): Promise<void> {
  for (const { path, text } of await builtFiles({ folder: extension }))
    await writeFile(join(extension, path), text);
}

function typesHold(): boolean {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, '--noEmit', '-p', sources], { stdio: 'inherit' }).status === 0;
}

async function main(): Promise<number> {
  if (!typesHold()) return 1;
  if (!process.argv.includes('--check')) {
    await buildExtension();
    return 0;
  }
  const stale = await staleFiles();
  for (const name of stale) {
    process.stderr.write(
      `extensions/notify-me/${name} is not what its source says: run npm run build:extension\n`,
    );
  }
  return stale.length > 0 ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main();
