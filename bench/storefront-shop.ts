// The shop that the storefront bench visits, served compressed and from memory, as Shopify's edge would.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createStore } from '../simulators/shopify/store.ts';
import { createStorefront, type Placement } from '../simulators/storefront/storefront.ts';

export const DOMAIN = 'bench-shop.test';
const now = () => new Date('2026-11-23T10:00:00Z');

export function openShop() {
  const store = createStore({ now });
  const shop = store.addShop({ domain: DOMAIN, name: 'Linen & Sons' });
  store.addLocation({ shop: DOMAIN, name: 'Warehouse' });
  const installation = store.install({ shop: DOMAIN, apiKey: 'key', scopes: [] });
  const data = { available: 'true', ready: 'true', page_id: '100200300400500', ref_key: '5f1d9a0b7c3e4826' };
  for (const [key, value] of Object.entries(data)) {
    const type = value === 'true' ? 'boolean' : 'single_line_text_field';
    installation.metafields.push({
      id: 1n,
      namespace: 'notify',
      key,
      type,
      value,
      createdAt: now(),
      updatedAt: now(),
    });
  }
  const add = (title: string, stock: number[]) => {
    const options = [{ name: 'Size', values: stock.map((_units, index) => `No. ${index + 1}`) }];
    const variants = stock.map((units, index) => ({ options: [`No. ${index + 1}`], stock: units }));
    const product = store.createProduct({ shop: DOMAIN, title, options, variants });
    return { path: `/products/${product.handle}`, ids: product.variantIds.map(String) };
  };
  for (let index = 0; index < 20; index += 1) add(`Napkin ${index}`, [index % 4]);
  return {
    store,
    shop,
    forSale: add('Towel', [3, 4, 5]),
    soldOut: add('Shirt', [3, 0, 5]),
    many: add(
      'Ribbon',
      Array.from({ length: 300 }, (_each, index) => (index % 3 === 2 ? 0 : 5)),
    ),
  };
}

/** Serves the shop compressed and with an honest length. */
export async function serve({
  store,
  placement,
}: {
  store: ReturnType<typeof createStore>;
  placement: (given: { theme: string }) => Placement;
}) {
  const extensionDir = fileURLToPath(new URL('../extensions/notify-me', import.meta.url));
  const storefront = createStorefront({ store, now, extensionDir, placement });
  // Shopify keeps rendered pages; the time that our Liquid takes is no figure of the button's.
  const answerFor = async (path: string, referer: string) => {
    const answer = await storefront.handle(new Request(`http://${DOMAIN}${path}`, { headers: { referer } }));
    const body = gzipSync(Buffer.from(await answer.arrayBuffer()));
    const encoding = { 'content-encoding': 'gzip', 'content-length': body.length };
    return { status: answer.status, head: { ...Object.fromEntries(answer.headers), ...encoding }, body };
  };
  const kept = new Map<string, ReturnType<typeof answerFor>>();
  const server = createServer(({ url = '/', headers }, response) => {
    const answer = kept.get(url) ?? answerFor(url, headers.referer ?? '');
    kept.set(url, answer);
    void answer.then(
      ({ status, head, body }) => response.writeHead(status, head).end(body),
      (error: Error) => response.destroy(error),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return { storefront, port, close: () => server.close() };
}
