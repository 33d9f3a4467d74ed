// Runs Shopify's own linter over the theme extension; any offence at all fails.
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { themeCheckRun } from '@shopify/theme-check-node';

const root = join(import.meta.dirname, '..');

/**
 * The linter looks on GitHub for newer lists of tags, filters and objects, so that its answer would depend on the day and the network.
 * Ours depends on the pinned package alone, which carries its own lists.
 */
function keepToBundledLists(): void {
  const require = createRequire(import.meta.url);
  const downloader = require('@shopify/theme-check-docs-updater/dist/themeLiquidDocsDownloader.js') as {
    root: string;
    exists: () => Promise<boolean>;
  };
  downloader.root = join(root, 'node_modules/.no-downloaded-lists');
  downloader.exists = () => Promise.reject(new Error('the bundled lists are enough'));
}
keepToBundledLists();

export type Offence = { file: string; line: number; check: string; message: string };

/** What the linter finds in the extension in `folder`. */
export async function themeOffences({ folder }: { folder: string }): Promise<Offence[]> {
  const { offenses, theme } = await themeCheckRun(folder, 'theme-check:theme-app-extension');
  // An empty folder has no offences either.
  if (theme.length === 0) throw new Error(`there is nothing to check in ${folder}`);
  return offenses.map(({ uri, start, check, message }) => ({
    file: relative(folder, fileURLToPath(uri)),
    line: start.line + 1,
    check,
    message,
  }));
}

async function main(): Promise<number> {
  const folder = process.argv[2] ?? join(root, 'extensions/notify-me');
  const offences = await themeOffences({ folder });
  for (const { file, line, check, message } of offences)
    process.stderr.write(`${file}:${line} ${check}: ${message}\n`);
  process.stdout.write(`theme-check: ${offences.length} offences\n`);
  return offences.length > 0 ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main();
