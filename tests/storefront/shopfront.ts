// A shop with its storefront for the tests: real theme files, the real extension, a real browser in front.
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { createStorefront, type Placement } from '../../simulators/storefront/storefront.ts';
import type { NewProduct } from '../../simulators/shopify/product-verbs.ts';
import { createStore } from '../../simulators/shopify/store.ts';

export const DOMAIN = 'linen.myshopify.com';
export const PAGE_ID = '100200300400500';
export const REF_KEY = '5f1d9a0b7c3e4826';
const now = () => new Date('2026-11-23T10:00:00Z');

export type Shopfront = ReturnType<typeof openShopfront>;

/** The app placed once with Shopify's own defaults for every setting. */
export const plain: Placement = { blocks: [{}], apart: [], embed: null };
export const embedOnly: Placement = { blocks: [], apart: [], embed: {} };

export function openShopfront({
  theme = 'swap',
  placement = plain,
  appData = {},
}: {
  theme?: string;
  placement?: Placement;
  appData?: Record<string, string>;
} = {}) {
  const store = createStore({ now });
  const shop = store.addShop({ domain: DOMAIN, name: 'Linen & Sons' });
  store.addLocation({ shop: DOMAIN, name: 'Warehouse' });
  const installation = store.install({ shop: DOMAIN, apiKey: 'key', scopes: [] });
  const setAppData = (given: Record<string, string>) => {
    for (const [key, value] of Object.entries(given)) {
      const plainType = value === 'true' || value === 'false' ? 'boolean' : 'single_line_text_field';
      const type = value.startsWith('{') ? 'json' : plainType;
      installation.metafields = installation.metafields.filter((field) => field.key !== key);
      const at = now();
      installation.metafields.push({
        id: 1n,
        namespace: 'notify',
        key,
        type,
        value,
        createdAt: at,
        updatedAt: at,
      });
    }
  };
  setAppData({ available: 'true', ready: 'true', page_id: PAGE_ID, ref_key: REF_KEY, ...appData });
  const extensionDir = fileURLToPath(new URL('../../extensions/notify-me', import.meta.url));
  const storefront = createStorefront({
    store,
    now,
    extensionDir,
    themeOf: () => theme,
    placement: () => placement,
  });

  /** A product by its variants: "M / Sand" with its units. */
  const addProduct = ({
    title = 'Linen shirt',
    units,
    ...more
  }: Omit<NewProduct, 'shop' | 'title'> & { title?: string; units: Record<string, number> }) => {
    const rows = Object.keys(units).map((name) => name.split(' / '));
    const names = ['Size', 'Colour', 'Cut'];
    const product = store.createProduct({
      shop: DOMAIN,
      title,
      options: rows[0]?.map((_value, at) => ({
        name: names[at] ?? '',
        values: [...new Set(rows.map((row) => row[at] ?? ''))],
      })),
      variants: Object.entries(units).map(([name, stock]) => ({ options: name.split(' / '), stock })),
      ...more,
    });
    const ids = product.variantIds.map(String);
    const variant = (name: string) => {
      const id = ids[Object.keys(units).indexOf(name)];
      if (!id) throw new Error(`${title} has no variant ${name}`);
      return id;
    };
    return { id: String(product.id), handle: product.handle, path: `/products/${product.handle}`, variant };
  };
  return { store, shop, storefront, setAppData, addProduct };
}

/** Worked out here by the agreed rule, not read from what the block draws. */
export function refOf({
  front,
  variant,
  locale = 'en',
  country = 'GB',
}: {
  front: Shopfront;
  variant: string;
  locale?: string;
  country?: string;
}): string {
  const body = `v1_${front.shop.id}_${variant}_${locale}_${country}`;
  return `${body}_${createHmac('sha256', REF_KEY).update(body).digest('hex').slice(0, 16)}`;
}

export const linkOf = (given: Parameters<typeof refOf>[0]) => `https://m.me/${PAGE_ID}?ref=${refOf(given)}`;

export type Visit = Awaited<ReturnType<typeof visit>>;

/** Opens a page of the shop. Nothing leaves the machine: the simulator answers every request, and each is noted. */
export async function visit({
  browser,
  front,
  path,
  script = true,
  options = {},
}: {
  browser: Browser;
  front: Shopfront;
  path: string;
  script?: boolean;
  options?: Parameters<Browser['newPage']>[0];
}) {
  const page = await browser.newPage({ javaScriptEnabled: script, ...options });
  onTestFinished(() => page.close());
  const requests: string[] = [];
  const noise: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(String(error)));
  await page.route(/^https?:/, async (route) => {
    const request = route.request();
    requests.push(request.url());
    const { hostname } = new URL(request.url());
    if (hostname !== DOMAIN) return route.fulfill({ status: 200, body: `simulator for ${hostname}` });
    const body = request.postDataBuffer();
    const init = {
      method: request.method(),
      headers: request.headers(),
      body: body ? new Uint8Array(body) : undefined,
    };
    const response = await front.storefront.handle(new Request(request.url(), init)).catch((error: Error) => {
      noise.push(error.message);
      return new Response(null, { status: 500 });
    });
    return route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  });
  await page.goto(`https://${DOMAIN}${path}`, { waitUntil: 'load' });
  return { page, requests, noise };
}

export const block = (page: Page) => page.locator('notify-me-messenger');
export const link = (page: Page) => page.locator('notify-me-messenger a');

/** Picks an option the way the theme at hand lets a shopper do it. */
export async function pick(page: Page, value: string, within = 'main'): Promise<void> {
  await page.locator(within).getByLabel(value, { exact: true }).check({ timeout: 5_000 });
}

export async function html({ front, path }: { front: Shopfront; path: string }): Promise<string> {
  return (await front.storefront.handle(new Request(`https://${DOMAIN}${path}`))).text();
}
