// Shopify Flow as an app meets it: triggers as its extensions declare them, workflows that a merchant turns on, and what came in for them.
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Resolvers } from './admin-context.ts';
import type { Store } from './store.ts';

type Field = { key: string; type: string };
export type Trigger = { handle: string; name: string; fields: Field[] };
export type Received = { at: Date; handle: string; payload: Record<string, unknown> };

/** Kept with the shop, so that it outlives the process with everything else. */
export type FlowOfShop = { workflows: string[]; received: Received[] };

const extensions = fileURLToPath(new URL('../../extensions', import.meta.url));

/** What the CLI accepts for a trigger (read in its source, 4.8.2). */
const TYPES = ['boolean', 'email', 'single_line_text_field', 'url', 'number_decimal'];
const REFERENCES = [
  'customer_reference',
  'order_reference',
  'product_reference',
  'company_reference',
  'company_contact_reference',
];
/** Keys of a payload: letters and spaces; a reference is called by what it refers to. */
const KEY = /^[A-Za-z ]+$/;

const quoted = (block: string, name: string) => new RegExp(`^${name} = "([^"]*)"$`, 'm').exec(block)?.[1];

/** A trigger's own file as Shopify reads it at deploy; null for another kind of extension. @throws when Shopify would not take it. */
export function readTrigger(toml: string): Trigger | null {
  if (quoted(toml, 'type') !== 'flow_trigger') return null;
  const [head = '', ...blocks] = toml.split('[[settings.fields]]');
  const handle = quoted(head, 'handle') ?? '';
  const name = quoted(head, 'name') ?? '';
  if (!/^[a-zA-Z0-9-]{1,30}$/.test(handle)) throw new Error(`"${handle}" is no handle of an extension`);
  const fields = blocks.map((block): Field => {
    const type = quoted(block, 'type') ?? '';
    const key = quoted(block, 'key');
    if (REFERENCES.includes(type) && key === undefined)
      return { key: type.replace('_reference', '_id'), type };
    if (!TYPES.includes(type)) throw new Error(`Field type ${type} is not supported on Flow Triggers`);
    if (key === undefined || !KEY.test(key))
      throw new Error(`"${key}" is no key of ${handle}: only letters and spaces`);
    return { key, type };
  });
  return { handle, name, fields };
}

const files = (): string[] =>
  readdirSync(extensions, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    try {
      return [readFileSync(`${extensions}/${entry.name}/shopify.extension.toml`, 'utf8')];
    } catch {
      return [];
    }
  });

let known: Trigger[] | undefined;
export const triggers = (): Trigger[] =>
  (known ??= files()
    .map(readTrigger)
    .filter((each) => each !== null));

const callbackPath = () =>
  files()
    .filter((toml) => quoted(toml, 'type') === 'flow_trigger_lifecycle_callback')
    .map((toml) => quoted(toml, 'url')!)[0];

const LIMIT = 50_000;

const fits = ({ type, value }: { type: string; value: unknown }): boolean => {
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'number_decimal') return typeof value === 'number' && Number.isFinite(value);
  if (REFERENCES.includes(type)) return typeof value === 'number' && Number.isInteger(value);
  if (type === 'url') return typeof value === 'string' && URL.canParse(value);
  return typeof value === 'string';
};

/** In the words that Shopify was seen to use (docs/assumptions.md). */
function problemsOf({ handle, payload }: { handle: string; payload: Record<string, unknown> }): string[] {
  if (Buffer.byteLength(JSON.stringify(payload)) > LIMIT)
    return [`Properties size exceeds the limit of ${LIMIT} bytes.`];
  const trigger = triggers().find((each) => each.handle === handle);
  if (!trigger) return [`Invalid handle '${handle}'.`];
  const unknown = Object.keys(payload).filter((key) => !trigger.fields.some((field) => field.key === key));
  return [
    ...unknown.map((key) => `Invalid field: '${key}'.`),
    ...trigger.fields.flatMap(({ key, type }) => {
      if (!Object.hasOwn(payload, key)) return [`Required field missing: '${key}'.`];
      return fits({ type, value: payload[key] }) ? [] : [`Type error for field '${key}'.`];
    }),
  ];
}

const refused = (field: string, message: string) => ({ userErrors: [{ field: [field], message }] });

export const flow: Resolvers = {
  Mutation: {
    flowTriggerReceive: (
      _,
      { handle, payload }: { handle?: string | null; payload?: Record<string, unknown> | null },
      { shop, now },
    ) => {
      if (handle == null || payload == null)
        return refused('handle', '`handle` and `payload` arguments are required');
      const problems = problemsOf({ handle, payload });
      if (problems.length > 0)
        return refused(
          'body',
          `Errors validating schema:\n${problems.map((each) => `  ${each}\n`).join('')}`,
        );
      const memory = (shop.flow ??= { workflows: [], received: [] });
      memory.received.push({ at: now, handle, payload });
      return { userErrors: [] };
    },
  },
};

/** The merchant's side of Flow: a workflow is turned on only if the app answers the callback in time with a 2xx. */
export function createFlow({
  store,
  now,
  send,
  apiSecrets,
}: {
  store: Store;
  now: () => Date;
  send: (request: Request) => Promise<Response>;
  apiSecrets: () => string[];
}) {
  const memoryOf = (shop: string): FlowOfShop => (store.shop(shop).flow ??= { workflows: [], received: [] });
  return {
    triggers,
    received: (shop: string): readonly Received[] => memoryOf(shop).received,
    /** A merchant turns a workflow that begins with this trigger on or off. Answers whether Flow let them. */
    async turn({
      shop,
      handle,
      on,
      at = now(),
    }: {
      shop: string;
      handle: string;
      on: boolean;
      at?: Date;
    }): Promise<boolean> {
      const trigger = triggers().find((each) => each.handle === handle);
      const url = callbackPath();
      if (!trigger || url === undefined) throw new Error(`there is no trigger ${handle}`);
      const body = JSON.stringify({
        flow_trigger_definition_id: trigger.name,
        has_enabled_flow: on,
        shop_id: String(store.shop(shop).id),
        shopify_domain: shop,
        timestamp: at.toISOString(),
      });
      const signature = createHmac('sha256', apiSecrets()[0]!).update(body).digest('base64');
      const headers = { 'content-type': 'application/json', 'x-shopify-hmac-sha256': signature };
      const { ok } = await send(new Request(url, { method: 'POST', body, headers }));
      const memory = memoryOf(shop);
      memory.workflows = memory.workflows.filter((each) => each !== handle);
      if (on && ok) memory.workflows.push(handle);
      return ok;
    },
  };
}
