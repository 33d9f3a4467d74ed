// Turns the readable storefront scripts into the few bytes a shopper downloads; with --check it only says whether they still agree.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'extensions/source');
const assets = join(root, 'extensions/notify-me/assets');

/** Each source with what it becomes. The options are part of the result: nothing outside this file may change a byte of it. */
async function builtAssets(): Promise<{ name: string; code: string }[]> {
  const names = (await readdir(sources)).filter((name) => name.endsWith('.js')).sort();
  return Promise.all(
    names.map(async (name) => {
      const { code } = await transform(await readFile(join(sources, name), 'utf8'), {
        minify: true,
        target: 'es2022',
        legalComments: 'none',
        tsconfigRaw: '{}',
      });
      return { name, code };
    }),
  );
}

/** Names of assets that are not what their source says, or have no source any more. */
export async function staleAssets({ folder = assets }: { folder?: string } = {}): Promise<string[]> {
  const built = await builtAssets();
  const committed = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const orphans = committed.filter((name) => !built.some((each) => each.name === name));
  const differing: string[] = [];
  for (const { name, code } of built) {
    const present = await readFile(join(folder, name), 'utf8').catch(() => null);
    if (present !== code) differing.push(name);
  }
  return [...differing, ...orphans];
}

export async function buildExtension(): Promise<void> {
  for (const { name, code } of await builtAssets()) await writeFile(join(assets, name), code);
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
  const stale = await staleAssets();
  for (const name of stale) {
    process.stderr.write(
      `extensions/notify-me/assets/${name} is not what its source says: run npm run build:extension\n`,
    );
  }
  return stale.length > 0 ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main();
