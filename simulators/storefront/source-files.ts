// Reads the files of a theme or of the extension, and finds their words in the shopper's language.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { Liquid } from 'liquidjs';
import { registerShopifyFilters, type Translate } from './shopify-filters.ts';
import { registerShopifyTags, templateText } from './shopify-tags.ts';

export type SourceFiles = ReturnType<typeof openSource>;

type Words = { [key: string]: string | Words };

function wordAt(words: Words | undefined, key: string): string | undefined {
  const found = key
    .split('.')
    .reduce<string | Words | undefined>((at, part) => (typeof at === 'object' ? at[part] : undefined), words);
  return typeof found === 'string' ? found : undefined;
}

function translator(readOptional: (path: string) => string | undefined, defaultLocale: string): Translate {
  const loaded = new Map<string, Words | undefined>();
  const load = (name: string) => {
    if (!loaded.has(name)) {
      const text = readOptional(`locales/${name}.json`);
      loaded.set(name, text === undefined ? undefined : (JSON.parse(text) as Words));
    }
    return loaded.get(name);
  };
  return ({ key, locale, values }) => {
    const names = [locale, locale.split('-')[0] ?? locale, defaultLocale];
    const word = names.map((name) => wordAt(load(name), key)).find((each) => each !== undefined);
    if (word === undefined) throw new Error(`there is no translation ${key}`);
    return word.replace(/{{\s*(\w+)\s*}}/g, (_all, name: string) => String(values[name] ?? ''));
  };
}

/** `folders` are looked through in order, so that a theme states only what it does differently. */
export function openSource({ folders, assetBase }: { folders: string[]; assetBase: string }) {
  const find = (path: string) => folders.map((folder) => join(folder, path)).find((each) => existsSync(each));
  const readOptional = (path: string) => {
    const file = find(path);
    return file === undefined ? undefined : readFileSync(file, 'utf8');
  };
  const read = (path: string) => {
    const text = readOptional(path);
    if (text === undefined)
      throw new Error(`there is no ${path} in ${folders.map((folder) => basename(folder)).join(', ')}`);
    return text;
  };
  const assetUrl = (name: string) => {
    const version = createHash('sha256')
      .update(read(`assets/${name}`))
      .digest('hex')
      .slice(0, 10);
    return `${assetBase}/${name}?v=${version}`;
  };
  const fs = {
    exists: async (path: string) => find(path) !== undefined,
    existsSync: (path: string) => find(path) !== undefined,
    readFile: async (path: string) => templateText(read(path)),
    readFileSync: (path: string) => templateText(read(path)),
    resolve: (_folder: string, name: string) => `snippets/${name}.liquid`,
  };
  const liquid = new Liquid({
    fs,
    cache: true,
    strictFilters: true,
    strictVariables: true,
    ownPropertyOnly: true,
    relativeReference: false,
  });
  registerShopifyTags(liquid);
  registerShopifyFilters({ liquid, translate: translator(readOptional, 'en.default'), assetUrl });
  const parsed = new Map<string, ReturnType<Liquid['parse']>>();

  return {
    read,
    readOptional,
    names: (folder: string) => [
      ...new Set(
        folders.flatMap((each) => (existsSync(join(each, folder)) ? readdirSync(join(each, folder)) : [])),
      ),
    ],
    /** Renders a file with these objects in reach of it and of everything it renders. */
    render: async ({
      path,
      objects,
    }: {
      path: string;
      objects: Record<string, unknown>;
    }): Promise<string> => {
      const template = parsed.get(path) ?? liquid.parse(templateText(read(path)), path);
      parsed.set(path, template);
      return (await liquid.render(template, {}, { globals: objects })) as string;
    },
  };
}
