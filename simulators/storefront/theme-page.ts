// Puts a page of a mini theme together: template, sections in Shopify's wrappers, layout, and the app's blocks where the merchant placed them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AppBlocks, BlockSettings } from './app-blocks.ts';
import { openSource, type SourceFiles } from './source-files.ts';
import { schemaOf } from './shopify-tags.ts';

const themesFolder = join(import.meta.dirname, 'themes');

/** What the merchant did in the theme editor. */
export type Placement = {
  /** App blocks in the product section, in order. */
  blocks: BlockSettings[];
  /** App blocks in a section of their own, below the product's. */
  apart: BlockSettings[];
  /** The app embed's settings; null while it is switched off. */
  embed: BlockSettings | null;
};

export const themeNames: readonly string[] = readdirSync(themesFolder).filter((name) => name !== 'shared');

export function openTheme({ name, assetBase }: { name: string; assetBase: string }): SourceFiles {
  if (!themeNames.includes(name)) throw new Error(`there is no mini theme ${name}`);
  return openSource({ folders: [join(themesFolder, name), join(themesFolder, 'shared')], assetBase });
}

type Template = {
  sections: Record<string, { type: string; settings?: Record<string, unknown> }>;
  order: string[];
};

type Page = {
  theme: SourceFiles;
  appBlocks: AppBlocks | null;
  placement: Placement;
  template: string;
  objects: Record<string, unknown>;
  productOf: (handle: string) => unknown;
};

async function blocksOf({
  page,
  sectionId,
  settings,
}: {
  page: Page;
  sectionId: string;
  settings: BlockSettings[];
}) {
  const blocks = [];
  for (const [index, given] of settings.entries()) {
    const id = `${sectionId.replace(/\W+/g, '')}${index + 1}`;
    const section = { id: sectionId, product: page.objects.product ?? null };
    const { objects, productOf } = page;
    const rendered =
      (await page.appBlocks?.render({ file: 'notify-me', id, given, objects, section, productOf })) ?? '';
    blocks.push({ id, type: '@app', settings: {}, shopify_attributes: '', rendered });
  }
  return blocks;
}

async function renderSection({
  page,
  id,
  type,
  given = {},
}: {
  page: Page;
  id: string;
  type: string;
  given?: Record<string, unknown>;
}) {
  const path = `sections/${type}.liquid`;
  const schema = (schemaOf(page.theme.read(path)) ?? {}) as {
    settings?: { id?: string; default?: unknown }[];
    blocks?: { type: string }[];
  };
  const defaults = (schema.settings ?? []).flatMap((each) =>
    each.id ? [[each.id, each.default ?? null]] : [],
  );
  // Only a section that says so takes blocks of apps.
  const takesApps = schema.blocks?.some((block) => block.type === '@app') ?? false;
  const placed = type === 'apps' ? page.placement.apart : page.placement.blocks;
  const blocks = takesApps ? await blocksOf({ page, sectionId: id, settings: placed }) : [];
  const section = {
    id,
    settings: { ...Object.fromEntries(defaults), ...given } as Record<string, unknown>,
    blocks,
  };
  const html = await page.theme.render({ path, objects: { ...page.objects, section } });
  return `<div id="shopify-section-${id}" class="shopify-section">${html}</div>`;
}

const sectionId = (template: string, key: string) => `template--${template}__${key}`;

async function renderTemplate(page: Page): Promise<string> {
  const json = page.theme.readOptional(`templates/${page.template}.json`);
  if (json === undefined) {
    // The old kind of theme: the template is Liquid, and its sections are called by name.
    const text = page.theme.read(`templates/${page.template}.liquid`);
    const sections: Record<string, string> = {};
    for (const [, type = ''] of text.matchAll(/{%-?\s*section '([\w-]+)'\s*-?%}/g)) {
      sections[type] = await renderSection({ page, id: type, type });
    }
    return page.theme.render({
      path: `templates/${page.template}.liquid`,
      objects: { ...page.objects, sections },
    });
  }
  const { sections, order } = JSON.parse(json) as Template;
  const parts: string[] = [];
  for (const key of order) {
    const { type, settings } = sections[key] ?? {};
    if (!type) throw new Error(`template ${page.template} orders a section ${key} that it does not have`);
    parts.push(await renderSection({ page, id: sectionId(page.template, key), type, given: settings }));
  }
  return parts.join('\n');
}

/** One section alone, as themes ask for it with `?section_id=`; undefined when the page has none of that id. */
export async function renderOneSection({ id, ...page }: Page & { id: string }): Promise<string | undefined> {
  const json = page.theme.readOptional(`templates/${page.template}.json`);
  if (json === undefined) {
    return page.theme.readOptional(`sections/${id}.liquid`) === undefined
      ? undefined
      : renderSection({ page, id, type: id });
  }
  const { sections } = JSON.parse(json) as Template;
  const found = Object.entries(sections).find(([key]) => sectionId(page.template, key) === id);
  return found && renderSection({ page, id, type: found[1].type, given: found[1].settings });
}

export async function renderPage(page: Page): Promise<string> {
  const main = await renderTemplate(page);
  return page.theme.render({
    path: 'layout/theme.liquid',
    objects: { ...page.objects, content_for_layout: main, content_for_header: await embedOf(page) },
  });
}

/** What the app embed puts into the head. */
async function embedOf({ appBlocks, placement, objects, productOf }: Page): Promise<string> {
  if (!appBlocks || !placement.embed) return '';
  return appBlocks.render({
    file: 'notify-me-embed',
    id: 'embed',
    given: placement.embed,
    objects,
    section: null,
    productOf,
  });
}
