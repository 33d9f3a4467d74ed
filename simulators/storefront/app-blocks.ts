// Puts the theme extension's blocks into a page as Shopify does: its wrapper, its settings with their defaults, its `available_if`.
import { openSource, type SourceFiles } from './source-files.ts';
import { schemaOf } from './shopify-tags.ts';

export type BlockSettings = Record<string, unknown>;

type Setting = { type: string; id?: string; default?: unknown; autofill?: boolean };
type BlockSchema = {
  target: 'section' | 'head' | 'compliance_head' | 'body';
  available_if?: string;
  enabled_on?: { templates?: string[] };
  disabled_on?: { templates?: string[] };
  settings?: Setting[];
};

export type AppBlocks = ReturnType<typeof openAppBlocks>;

/** Where a block stands: what Shopify makes known to it there. */
export type BlockPlace = {
  file: string;
  id: string;
  given: BlockSettings;
  objects: Record<string, unknown>;
  /** The section around an app block; an app embed has none. */
  section: { id: string; product: unknown } | null;
  productOf: (handle: string) => unknown;
};

function openBlock(source: SourceFiles, file: string): BlockSchema {
  const schema = schemaOf(source.read(`blocks/${file}.liquid`)) as BlockSchema | null;
  if (!schema) throw new Error(`block ${file} has no schema`);
  return schema;
}

/** Shopify takes a boolean app-data metafield here and nothing else; one that is not set counts as false. */
function isAvailable(schema: BlockSchema, objects: Record<string, unknown>): boolean {
  if (schema.available_if === undefined) return true;
  const match = /^{{\s*app\.metafields\.([\w-]+)\.([\w-]+)\s*}}$/.exec(schema.available_if);
  if (!match?.[1] || !match[2])
    throw new Error(`available_if is not an app-data metafield: ${schema.available_if}`);
  const app = objects.app as { fields: Record<string, Record<string, { value: unknown; type: string }>> };
  const field = app.fields[match[1]]?.[match[2]];
  if (field && field.type !== 'boolean')
    throw new Error(`available_if needs a boolean metafield, not ${field.type}`);
  return field?.value === true;
}

function isEnabledHere(schema: BlockSchema, objects: Record<string, unknown>): boolean {
  const page = (objects.request as { page_type: string }).page_type;
  const lists = (templates?: string[]) => templates?.includes(page) || templates?.includes('*');
  if (schema.enabled_on?.templates) return lists(schema.enabled_on.templates) ?? false;
  return !lists(schema.disabled_on?.templates);
}

function settingsOf(schema: BlockSchema, place: BlockPlace): BlockSettings {
  const fields = (schema.settings ?? []).flatMap(({ id, type, default: initial, autofill }) => {
    if (id === undefined) return [];
    const given = place.given[id];
    if (type !== 'product') return [[id, given ?? initial ?? (type === 'text' ? '' : null)]];
    if (typeof given === 'string') return [[id, place.productOf(given)]];
    return [[id, autofill && given === undefined ? (place.section?.product ?? null) : null]];
  });
  return Object.fromEntries(fields) as BlockSettings;
}

export function openAppBlocks({ folder, assetBase }: { folder: string; assetBase: string }) {
  const source = openSource({ folders: [folder], assetBase });
  return {
    asset: (name: string) => source.readOptional(`assets/${name}`),
    /** The block in Shopify's wrapper; nothing at all where `available_if` or the kind of page rules it out. */
    render: async (place: BlockPlace): Promise<string> => {
      const schema = openBlock(source, place.file);
      if (!place.objects.app || !isAvailable(schema, place.objects) || !isEnabledHere(schema, place.objects))
        return '';
      const editor = (place.objects.request as { design_mode: boolean }).design_mode;
      const attributes = editor ? `data-shopify-editor-block='{"id":"${place.id}","type":"app"}'` : '';
      const objects = {
        ...place.objects,
        block: {
          id: place.id,
          type: '@app',
          settings: settingsOf(schema, place),
          shopify_attributes: attributes,
        },
        section: place.section ? { id: place.section.id } : null,
        closest: { product: place.section?.product ?? null },
      };
      const html = await source.render({ path: `blocks/${place.file}.liquid`, objects });
      // A head holds no wrapper; Shopify marks where an app's part begins and ends.
      if (schema.target === 'head') return html;
      return `<div id="shopify-block-${place.id}" class="shopify-block shopify-app-block"${attributes ? ` ${attributes}` : ''}>${html}</div>`;
    },
  };
}
