// The Shopify admin's simulator: a frame for the embedded app with the other half of App Bridge, and a page where the merchant sets stock.
import { readFileSync } from 'node:fs';
import type { Store } from '../shopify/store.ts';
import { isForSale, itemOf, levelKey } from '../shopify/shop-state.ts';
import { frame } from './frame.ts';
import { changeOrder, ordersPage } from './orders.ts';
import { escape, page } from './page.ts';
import { blockScript, productPage } from './product-page.ts';

type Given = {
  store: Store;
  scopes: {
    scopes(shop: string): { granted: string[]; required: string[]; optional: string[] };
    grantScopes(given: { shop: string; scopes: string[] }): void;
    revokeScopes(given: { shop: string; scopes: string[] }): void;
  };
  apiKey: string;
  appName: string;
  /** The app's origin, as in shopify.app.toml's application_url. */
  appUrl: string;
  /** A session token (JWT) for this shop's staff, as App Bridge hands them out. */
  mintSessionToken: (given: { shop: string }) => string;
};

const bridge = readFileSync(new URL('./app-bridge.js', import.meta.url), 'utf8');
const html = (body: string, status = 200) =>
  new Response(body, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });

export function createAdmin({ store, scopes, apiKey, appName, appUrl, mintSessionToken }: Given) {
  const placed = new Set<string>();

  /** Serves https://admin.shopify.com and App Bridge on https://cdn.shopify.com. */
  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.hostname === 'cdn.shopify.com') return script(url);
    const [, area, name, ...rest] = url.pathname.split('/');
    const shop = area === 'store' && name ? store.findShop(`${name}.myshopify.com`) : undefined;
    if (!shop || !name) return html('No such shop', 404);
    if (rest[0] === 'apps') return html(appFrame({ name, path: rest.slice(2).join('/') + url.search }));
    if (rest[0] === 'session-token') return Response.json({ token: mintSessionToken({ shop: shop.domain }) });
    if (rest[0] === 'extensions') return Response.json(extensions(shop.domain));
    if (rest[0] === 'scopes') return scopesWebhook({ request, shop: shop.domain });
    if (rest[0] === 'orders') {
      if (request.method === 'GET')
        return html(ordersPage({ store, domain: shop.domain, nav: navigation(shop.domain, 'orders') }));
      changeOrder({ store, domain: shop.domain, form: await request.formData() });
      return new Response(null, { status: 303, headers: { location: url.pathname } });
    }
    if (rest[0] === 'products' && request.method === 'POST')
      return setStock({ domain: shop.domain, form: await request.formData(), back: url.pathname });
    if (rest[0] === 'products' && rest[1] === 'block.js')
      return new Response(await blockScript(), { headers: { 'content-type': 'text/javascript' } });
    if (rest[0] === 'products' && /^\d+$/.test(rest[1] ?? '')) {
      const locale = url.searchParams.get('locale') ?? shop.primaryLocale;
      const nav = navigation(shop.domain, 'products');
      const of = { store, domain: shop.domain, productId: BigInt(rest[1]!), locale, nav, apiKey, appUrl };
      const shown = productPage(of);
      return shown === null ? html('No such product', 404) : html(shown);
    }
    return html(products(shop.domain));
  }

  function script(url: URL): Response {
    if (url.pathname !== '/shopifycloud/app-bridge.js') return html('Not found', 404);
    return new Response(bridge, {
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'access-control-allow-origin': '*' },
    });
  }

  /** The merchant's answer to the app's wish for optional scopes, and the app's own wish to give some back. */
  async function scopesWebhook({ request, shop }: { request: Request; shop: string }): Promise<Response> {
    if (request.method === 'POST') {
      const { grant = [], revoke = [] } = (await request.json()) as { grant?: string[]; revoke?: string[] };
      if (grant.length > 0) scopes.grantScopes({ shop, scopes: grant });
      if (revoke.length > 0) scopes.revokeScopes({ shop, scopes: revoke });
    }
    return Response.json(scopes.scopes(shop));
  }

  function navigation(domain: string, here: 'products' | 'orders'): string {
    const base = `/store/${domain.split('.')[0]}`;
    const to = (name: 'products' | 'orders', text: string) =>
      here === name ? `<b>${text}</b>` : `<a href="${base}/${name}">${text}</a>`;
    return `<nav>${to('products', 'Products')} ${to('orders', 'Orders')} <a href="${base}/apps/${apiKey}">${escape(appName)}</a></nav>`;
  }

  /** As `shopify.app.extensions()` answers: app-bridge-types 0.7.2. */
  function extensions(domain: string) {
    const active = placed.has(domain);
    const activations = active
      ? [{ target: 'template--product.alternate', themeId: 'gid://shopify/OnlineStoreTheme/1' }]
      : [];
    return [
      {
        handle: 'notify-me',
        type: 'theme_app_extension',
        activations: [
          {
            handle: 'notify-me',
            name: 'Notify me on Messenger',
            target: 'section',
            status: active ? 'active' : 'available',
            activations,
          },
        ],
      },
    ];
  }

  function appFrame({ name, path }: { name: string; path: string }): string {
    const shop = `${name}.myshopify.com`;
    const start = new URL(`/${path === '' || path.startsWith('?') ? `app${path}` : path}`, appUrl);
    const host = Buffer.from(`admin.shopify.com/store/${name}`).toString('base64').replaceAll('=', '');
    const given = {
      embedded: '1',
      host,
      id_token: mintSessionToken({ shop }),
      // The merchant's own language; the admin's address may name another.
      locale: start.searchParams.get('locale') ?? 'en',
      session: 'simulator',
      shop,
      timestamp: String(Math.floor(store.now().getTime() / 1000)),
    };
    for (const [key, value] of Object.entries(given)) start.searchParams.set(key, value);
    return frame({
      shopName: store.shop(shop).name,
      name,
      appName,
      apiKey,
      src: start.href,
      appOrigin: new URL(appUrl).origin,
    });
  }

  function products(domain: string): string {
    const shop = store.shop(domain);
    const locations = [...shop.locations.values()];
    const rows = [...shop.products.values()].flatMap((product) =>
      product.variantIds.slice(0, 12).flatMap((id) => {
        const variant = shop.variants.get(id)!;
        const item = itemOf({ shop, variant });
        const cells = locations.map((location) => {
          const level = shop.levels.get(levelKey({ inventoryItemId: item.id, locationId: location.id }));
          return `<td>${item.tracked ? stockForm({ variantId: id, locationId: location.id, available: level?.available ?? 0, label: `${product.title} ${variant.title} at ${location.name}` }) : '—'}</td>`;
        });
        const state = isForSale({ shop, variant })
          ? '<span class="badge on">For sale</span>'
          : '<span class="badge">Sold out</span>';
        return `<tr id="v${id}"><th scope="row"><a href="/store/${domain.split('.')[0]}/products/${product.id}">${escape(product.title)}</a><small>${escape(variant.title)}</small></th><td>${state}</td>${cells.join('')}</tr>`;
      }),
    );
    return page({
      title: 'Products',
      body: `${navigation(domain, 'products')}<h1>Products <small>${escape(shop.name)}</small></h1><p class="quiet">Set the units a location has; the webhooks leave at once.</p>
        <table><thead><tr><th>Variant</th><th>Online store</th>${locations.map((each) => `<th>${escape(each.name)}${each.fulfillsOnlineOrders ? '' : '<small>no online orders</small>'}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
    });
  }

  const stockForm = ({
    variantId,
    locationId,
    available,
    label,
  }: {
    variantId: bigint;
    locationId: bigint;
    available: number;
    label: string;
  }) =>
    `<form method="post"><input type="hidden" name="variant" value="${variantId}"><input type="hidden" name="location" value="${locationId}">
     <input type="number" name="available" value="${available}" aria-label="${escape(label)}"><button aria-label="Set ${escape(label)}">Set</button></form>`;

  function setStock({ domain, form, back }: { domain: string; form: FormData; back: string }): Response {
    const variantId = BigInt(String(form.get('variant')));
    store.setStock({
      shop: domain,
      variantId,
      locationId: BigInt(String(form.get('location'))),
      available: Number(form.get('available')),
    });
    return new Response(null, { status: 303, headers: { location: `${back}#v${variantId}` } });
  }

  return {
    handle,
    /** The shops with the block in their published theme. */
    snapshot: (): string[] => [...placed],
    restore(shops: string[]): void {
      placed.clear();
      for (const shop of shops) placed.add(shop);
    },
    /** The merchant has put the block into the published theme (or taken it out). */
    placeBlock({ shop, active = true }: { shop: string; active?: boolean }): void {
      if (active) placed.add(shop);
      else placed.delete(shop);
    },
  };
}
