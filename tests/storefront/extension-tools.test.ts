// The two guards of the extension: Shopify's linter, and the check that the committed script is what its source says.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { staleFiles } from '../../scripts/build-extension.ts';
import { themeOffences } from '../../scripts/theme-check.ts';

const extension = fileURLToPath(new URL('../../extensions/notify-me', import.meta.url));

async function copyOfExtension(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'notify-me-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(extension, folder, { recursive: true });
  return folder;
}

async function plant({ path, fault }: { path: string; fault: (text: string) => string }): Promise<string> {
  const folder = await copyOfExtension();
  const text = await readFile(join(folder, path), 'utf8');
  const faulty = fault(text);
  expect(faulty).not.toBe(text);
  await writeFile(join(folder, path), faulty);
  return folder;
}

test('theme-check finds no offence', async () => {
  expect(await themeOffences({ folder: extension })).toEqual([]);
});

for (const [what, path, fault, check] of [
  [
    'a filter that does not exist',
    'snippets/notify-me-button.liquid',
    (text: string) => text.replace('hmac_sha256', 'hmac_sha255'),
    'UnknownFilter',
  ],
  [
    'a tag that is not closed',
    'snippets/notify-me-button.liquid',
    (text: string) => text.replace(/{%- endif -%}\s*$/, ''),
    'LiquidHTMLSyntaxError',
  ],
  [
    'a word that is missing',
    'blocks/notify-me.liquid',
    (text: string) => text.replace('t:settings.note', 't:settings.nothing'),
    'ValidSchemaTranslations',
  ],
  [
    'a snippet that is missing',
    'blocks/notify-me-embed.liquid',
    (text: string) => text.replace("'notify-me-cards'", "'notify-me-crads'"),
    'MissingTemplate',
  ],
] as const) {
  test(`theme-check sees ${what}`, async () => {
    const offences = await themeOffences({ folder: await plant({ path, fault }) });
    expect(offences.map((offence) => offence.check)).toContain(check);
  });
}

test('a folder with nothing in it is not taken for a clean one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'notify-me-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await expect(themeOffences({ folder })).rejects.toThrow('nothing to check');
});

test('the committed scripts are what their sources say', async () => {
  expect(await staleFiles()).toEqual([]);
});

test('a script edited by hand, missing, or without a source is noticed', async () => {
  for (const path of ['assets/notify-me-more.js', 'snippets/notify-me-script.liquid']) {
    const fault = (text: string) =>
      text.replace('notify-me-messenger', 'notify-us').replace('nmm}=', 'nnn}=');
    expect(await staleFiles({ folder: await plant({ path, fault }) })).toEqual([path]);
  }
  const missing = await copyOfExtension();
  await rm(join(missing, 'assets/notify-me-cards.js'));
  expect(await staleFiles({ folder: missing })).toEqual(['assets/notify-me-cards.js']);
  const orphan = await copyOfExtension();
  await writeFile(join(orphan, 'assets/other.js'), '');
  expect(await staleFiles({ folder: orphan })).toEqual(['assets/other.js']);
});
