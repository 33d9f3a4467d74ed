// Shopify's linter misses some faults in schemas and languages that Shopify itself refuses; these are looked at here.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../extensions/notify-me', import.meta.url));
const names = (part: string) => readdirSync(join(folder, part)).toSorted();
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

type Words = { [key: string]: string | Words };
type Setting = {
  type: string;
  id?: string;
  default?: unknown;
  options?: { value: string; label: string }[];
  min?: number;
  max?: number;
  step?: number;
};
type Schema = { name: string; target: string; settings: Setting[]; available_if?: string } & Record<
  string,
  unknown
>;

/** JSON.parse refuses comments and trailing commas, as Shopify does. */
const schemaOf = (block: string) =>
  JSON.parse(/{% schema %}([\s\S]*){% endschema %}/.exec(read(`blocks/${block}`))?.[1] ?? '') as Schema;

const languages = [
  'da',
  'de',
  'en.default',
  'es',
  'fr',
  'it',
  'ja',
  'nl',
  'pl',
  'pt-BR',
  'pt-PT',
  'sv',
  'tr',
];
const keys = (words: Words, above = ''): string[] =>
  Object.entries(words).flatMap(([key, word]) =>
    typeof word === 'string' ? [`${above}${key}`] : keys(word, `${above}${key}.`),
  );
const wordAt = (words: Words, key: string) =>
  key
    .split('.')
    .reduce<string | Words | undefined>((at, part) => (typeof at === 'object' ? at[part] : undefined), words);

const INPUTS = [
  'checkbox',
  'number',
  'radio',
  'range',
  'select',
  'text',
  'textarea',
  'color',
  'product',
  'url',
  'inline_richtext',
];
const KEYS = [
  'name',
  'target',
  'available_if',
  'enabled_on',
  'disabled_on',
  'settings',
  'javascript',
  'stylesheet',
  'class',
  'tag',
  'default',
];

test('the extension holds the folders and kinds of files that Shopify takes, and no more', () => {
  expect(names('.')).toEqual(['assets', 'blocks', 'locales', 'shopify.extension.toml', 'snippets']);
  for (const part of ['blocks', 'snippets'])
    expect(names(part).every((name) => /^[a-z-]+\.liquid$/.test(name))).toBe(true);
  expect(names('assets').every((name) => name.endsWith('.js'))).toBe(true);
});

for (const block of names('blocks')) {
  test(`${block}: the schema says only what Shopify knows`, () => {
    const schema = schemaOf(block);
    expect(Object.keys(schema).filter((key) => !KEYS.includes(key))).toEqual([]);
    expect(['section', 'head']).toContain(schema.target);
    expect(schema.enabled_on && schema.disabled_on).toBeFalsy();
    expect(schema.available_if).toMatch(/^{{ app\.metafields\.notify\.[a-z_]+ }}$/);
    // The schema's own script and style would load on pages where everything is for sale.
    expect(schema.javascript ?? schema.stylesheet).toBeUndefined();
  });

  test(`${block}: every setting is of a known kind, has its own id, and a default that it can take`, () => {
    const { settings } = schemaOf(block);
    const inputs = settings.filter(({ type }) => type !== 'header' && type !== 'paragraph');
    const ids = inputs.map(({ id }) => id);
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(inputs.map(({ type }) => type).filter((type) => !INPUTS.includes(type))).toEqual([]);
    for (const { type, default: initial, options = [], min = 0, max = 0, step = 1 } of inputs) {
      // Shopify refuses an empty default, and one for a product.
      expect(initial).not.toBe('');
      if (type === 'product') expect(initial).toBeUndefined();
      if (type === 'select') expect(options.map(({ value }) => value)).toContain(initial);
      if (type !== 'range') continue;
      expect(initial).toBeGreaterThanOrEqual(min);
      expect(initial).toBeLessThanOrEqual(max);
      expect(((initial as number) - min) % step).toBe(0);
      expect((max - min) / step).toBeLessThanOrEqual(100);
    }
  });

  test(`${block}: its name has fewer than 25 characters in every language, and every text is there`, () => {
    const schema = schemaOf(block);
    const wanted = [...JSON.stringify(schema).matchAll(/"t:([\w.]+)"/g)].map(([, key = '']) => key);
    for (const language of languages) {
      const words = JSON.parse(read(`locales/${language}.schema.json`)) as Words;
      const name = wordAt(words, schema.name.slice(2)) as string;
      expect([language, name, name.length < 25]).toEqual([language, name, true]);
      expect(wanted.filter((key) => typeof wordAt(words, key) !== 'string')).toEqual([]);
    }
  });

  test(`${block}: the template ends with its schema, so that nothing of it reaches the page`, () => {
    expect(read(`blocks/${block}`)).toMatch(/-%}\n{% schema %}[\s\S]*{% endschema %}$/);
  });

  test(`${block}: the settings that Liquid reads are the settings that the merchant sees`, () => {
    const ids = schemaOf(block).settings.flatMap(({ id }) => id ?? []);
    const used = ['blocks', 'snippets']
      .flatMap((part) => names(part).map((name) => read(`${part}/${name}`)))
      .flatMap((text) => [...text.matchAll(/settings\.(\w+)/g)].map(([, id = '']) => id));
    expect(ids.filter((id) => !used.includes(id))).toEqual([]);
  });
}

test('every language is there, for shoppers and for merchants, with the same words and none empty', () => {
  const expected = languages.flatMap((language) => [`${language}.json`, `${language}.schema.json`]);
  expect(names('locales')).toEqual(expected.toSorted());
  for (const kind of ['json', 'schema.json']) {
    const wanted = keys(JSON.parse(read(`locales/en.default.${kind}`)) as Words);
    for (const language of languages) {
      const words = JSON.parse(read(`locales/${language}.${kind}`)) as Words;
      expect([language, keys(words)]).toEqual([language, wanted]);
      expect(wanted.filter((key) => !(wordAt(words, key) as string).trim())).toEqual([]);
    }
  }
});

test('no word is left without a use', () => {
  const texts = ['blocks', 'snippets']
    .flatMap((part) => names(part).map((name) => read(`${part}/${name}`)))
    .join('\n');
  const shoppers = keys(JSON.parse(read('locales/en.default.json')) as Words).filter(
    (key) => !texts.includes(`'${key}' | t`),
  );
  const merchants = keys(JSON.parse(read('locales/en.default.schema.json')) as Words).filter(
    (key) => !texts.includes(`"t:${key}"`),
  );
  expect([...shoppers, ...merchants]).toEqual([]);
});

test("files stay within Shopify's sizes", () => {
  const size = (path: string) => statSync(join(folder, path)).size;
  for (const name of names('locales')) expect(size(`locales/${name}`)).toBeLessThanOrEqual(15_000);
  for (const name of names('assets')) expect(size(`assets/${name}`)).toBeLessThanOrEqual(10_000);
  const liquid = ['blocks', 'snippets'].flatMap((part) => names(part).map((name) => size(`${part}/${name}`)));
  expect(liquid.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(100_000);
  expect(names('blocks').length).toBeLessThanOrEqual(30);
});
