// The shops that shoppers visit: answers requests for `<shop>.myshopify.com` with pages of our own mini themes, the app's blocks among them.
import { pictureAt } from '../shopify/pictures.ts';
import { isForSale, isOnStorefront, type Shop } from '../shopify/shop-state.ts';
import type { Store } from '../shopify/store.ts';
import { openAppBlocks, type AppBlocks } from './app-blocks.ts';
import { afterPage, sessionCookie, sessionOf } from './session.ts';
import { appDrop, listedProducts, productDrop, shopDrop } from './drops.ts';
import type { SourceFiles } from './source-files.ts';
import { openTheme, renderOneSection, renderPage, themeNames, type Placement } from './theme-page.ts';

export type { Placement } from './theme-page.ts';
export type Storefront = ReturnType<typeof createStorefront>;

/** Themes of the old kind have no room for blocks, so the merchant switches the embed on instead. */
export function usualPlacement({ theme }: { shop: string; theme: string }): Placement {
  if (theme === 'vintage') return { blocks: [], apart: [], embed: { cards: true } };
  return { blocks: [{}], apart: [], embed: null };
}

const THEME_ASSETS = '/cdn/shop/t/1/assets';
const APP_ASSETS = '/cdn/shop/extensions/notify-me/assets';
const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ur'];
const LOCALE_IN_PATH = /^\/([a-z]{2}(?:-[A-Z]{2})?)(?=\/|$)/;

const page = (html: string, status = 200) =>
  new Response(html, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
const file = (text: string, type: string) =>
  new Response(text, { headers: { 'content-type': type, 'cache-control': 'public, max-age=31536000' } });
// Without a host, so that it leads back through whatever gateway the shopper came by.
const seeOther = (location: string) => new Response(null, { status: 303, headers: { location } });
const json = (value: unknown, status = 200) => Response.json(value, { status });

type Visit = {
  request: Request;
  url: URL;
  path: string;
  root: string;
  locale: string;
  shop: Shop;
  themeName: string;
  theme: SourceFiles;
};

export function createStorefront({
  store,
  now,
  extensionDir,
  apiKey,
  themeOf = () => 'swap',
  placement = usualPlacement,
}: {
  store: Store;
  now: () => Date;
  /** The theme extension's folder, as Shopify would have been given it. */
  extensionDir: string;
  /** Whose app-data metafields the blocks read; the only installed app when left out. */
  apiKey?: string;
  themeOf?: (shop: string) => string;
  placement?: (given: { shop: string; theme: string }) => Placement;
}) {
  const appBlocks = openAppBlocks({ folder: extensionDir, assetBase: APP_ASSETS });
  const themes = new Map<string, SourceFiles>();
  const themeNamed = (name: string) => {
    const theme = themes.get(name) ?? openTheme({ name, assetBase: `${THEME_ASSETS}/${name}` });
    themes.set(name, theme);
    return theme;
  };

  function themeNameFor({ request, url, shop }: { request: Request; url: URL; shop: Shop }): string {
    const referrer = request.headers.get('referer');
    const asked =
      url.searchParams.get('theme') ?? (referrer ? new URL(referrer).searchParams.get('theme') : null);
    return asked && themeNames.includes(asked) ? asked : themeOf(shop.domain);
  }

  function visitOf(request: Request): Visit | null {
    const url = new URL(request.url);
    const shop = store.findShop(url.hostname);
    if (!shop) return null;
    const inPath = LOCALE_IN_PATH.exec(url.pathname)?.[1];
    const themeName = themeNameFor({ request, url, shop });
    return {
      request,
      url,
      shop,
      themeName,
      theme: themeNamed(themeName),
      root: inPath ? `/${inPath}` : '',
      path: inPath ? url.pathname.slice(inPath.length + 1) || '/' : url.pathname,
      locale: inPath ?? url.searchParams.get('locale') ?? shop.primaryLocale,
    };
  }

  function asset({ path }: Visit): Response | null {
    const type = path.endsWith('.css') ? 'text/css' : 'text/javascript';
    const [, themeName = '', themeFile = ''] =
      new RegExp(`^${THEME_ASSETS}/([\\w-]+)/([\\w.-]+)$`).exec(path) ?? [];
    const themeText = themeNames.includes(themeName)
      ? themeNamed(themeName).readOptional(`assets/${themeFile}`)
      : undefined;
    if (themeText !== undefined) return file(themeText, type);
    const appText = path.startsWith(`${APP_ASSETS}/`)
      ? appBlocks.asset(path.slice(APP_ASSETS.length + 1))
      : undefined;
    if (appText !== undefined) return file(appText, type);
    const picture = /^\/cdn\/shop\/files\/([\w-]+\.svg)$/.exec(path)?.[1];
    const drawn = picture ? pictureAt(`https://cdn.shopify.com/s/files/demo/${picture}`) : null;
    return drawn ? file(drawn, 'image/svg+xml') : null;
  }

  const productAt = (shop: Shop, handle: string) =>
    [...shop.products.values()].find((product) => product.handle === handle && isOnStorefront(product));

  function objectsOf(visit: Visit, pageType: string): Record<string, unknown> {
    const { url, shop, locale, root } = visit;
    const country = (url.searchParams.get('country') ?? shop.countryCode).toUpperCase();
    const query = url.searchParams.get('q') ?? '';
    const drops = (found: ReturnType<typeof listedProducts>) =>
      found.map((product) => productDrop({ store, shop, product, root }));
    const filtered = url.searchParams.get('filter.v.availability') === '1';
    const sorted = url.searchParams.get('sort_by') === 'title-descending';
    const listed = drops(listedProducts({ shop })).filter(({ available }) => !filtered || available);
    const all = sorted ? listed.toSorted((a, b) => (String(a.title) < String(b.title) ? 1 : -1)) : listed;
    const results = drops(listedProducts({ shop, query }));
    return {
      shop: shopDrop(shop),
      request: {
        page_type: pageType,
        design_mode: url.searchParams.get('design_mode') === '1',
        path: url.pathname,
        host: url.host,
        origin: url.origin,
        locale: { iso_code: locale, primary: locale === shop.primaryLocale },
      },
      localization: { country: { iso_code: country }, language: { iso_code: locale } },
      routes: {
        root_url: root || '/',
        all_products_collection_url: `${root}/collections/all`,
        search_url: `${root}/search`,
        cart_add_url: `${root}/cart/add`,
      },
      direction:
        RIGHT_TO_LEFT.includes(locale.split('-')[0] ?? '') || url.searchParams.get('dir') === 'rtl'
          ? 'rtl'
          : 'ltr',
      filtered,
      sorted,
      current_page: Number(url.searchParams.get('page') ?? 1),
      collection: {
        title: 'All',
        handle: 'all',
        products: all.slice(0, 50),
        all_products: all,
        all_products_count: all.length,
      },
      search: {
        terms: query,
        performed: query !== '',
        results: results.slice(0, 50),
        all_results: results,
        results_count: results.length,
      },
      // Some themes set the cart form's id from script and tell nobody.
      theme_silent: url.searchParams.get('silent') === '1',
      product: null,
      app: appDrop({ shop, apiKey }),
      now: now().toISOString(),
    };
  }

  async function themePage(
    visit: Visit,
    template: string,
    extra: Record<string, unknown> = {},
    status = 200,
  ): Promise<Response> {
    const { url, shop, theme, themeName } = visit;
    const productOf = (handle: string) => {
      const product = productAt(shop, handle);
      return product ? productDrop({ store, shop, product, root: visit.root }) : null;
    };
    const withApps: AppBlocks | null = url.searchParams.get('apps') === 'off' ? null : appBlocks;
    const given = {
      theme,
      appBlocks: withApps,
      placement: placement({ shop: shop.domain, theme: themeName }),
      template,
      objects: { ...objectsOf(visit, template), ...extra },
      productOf,
    };
    const sectionId = url.searchParams.get('section_id');
    if (sectionId) {
      const html = await renderOneSection({ ...given, id: sectionId });
      return html === undefined ? page('', 404) : page(html);
    }
    return page(keepTheme(await renderPage(given), url), status);
  }

  /** A theme that was asked for by name stays with the shopper from page to page, without a cookie. */
  function keepTheme(html: string, url: URL): string {
    const theme = url.searchParams.get('theme');
    if (!theme || !themeNames.includes(theme)) return html;
    return html.replace(
      / (href|action)="(\/(?!cdn\/)[^"#?]*)(\?[^"#]*)?"/g,
      (_all, name: string, path: string, query = '') => {
        return ` ${name}="${path}${query ? `${query}&amp;` : '?'}theme=${theme}"`;
      },
    );
  }

  async function productPage(visit: Visit, handle: string): Promise<Response> {
    const { shop, url, root } = visit;
    const product = productAt(shop, handle.replace(/\.js$/, ''));
    if (!product) return themePage(visit, '404', {}, 404);
    const selection = {
      variant: url.searchParams.get('variant'),
      optionValues: url.searchParams.get('option_values'),
    };
    const drop = productDrop({ store, shop, product, selection, root });
    // The products of a combined listing hold each other, so their options are left out.
    if (handle.endsWith('.js')) return json({ ...drop, options_with_values: undefined });
    return themePage(visit, 'product', { product: drop });
  }

  async function cart(visit: Visit): Promise<Response> {
    const { request, shop, path, root } = visit;
    const form =
      path.endsWith('.js') && request.headers.get('content-type')?.includes('json')
        ? new Map(Object.entries((await request.json()) as Record<string, string>))
        : await request.formData();
    const id = String(form.get('id') ?? '');
    const variant = /^\d+$/.test(id) ? shop.variants.get(BigInt(id)) : undefined;
    const refused = !variant || !isForSale({ shop, variant });
    if (path.endsWith('.js')) {
      return refused
        ? json({ status: 422, message: 'Cart Error', description: 'sold out' }, 422)
        : json({ id: Number(id), quantity: 1 });
    }
    const target = path === '/checkout' ? '/thank-you' : '/cart';
    if (refused) return seeOther(`${root}/cart?sold_out=${id}`);
    if (path === '/checkout') {
      store.sell({ shop: shop.domain, variantId: variant.id });
      store.placeOrder({ shop: shop.domain, variantId: variant.id, ...sessionOf(request) });
    }
    return seeOther(`${root}${target}?line=${id}`);
  }

  function cartPage(visit: Visit, template: string): Promise<Response> {
    const { shop, url, root } = visit;
    const id = url.searchParams.get('line') ?? url.searchParams.get('sold_out') ?? '';
    const variant = /^\d+$/.test(id) ? shop.variants.get(BigInt(id)) : undefined;
    const product = variant && shop.products.get(variant.productId);
    const drop = product && productDrop({ store, shop, product, selection: { variant: id }, root });
    return themePage(visit, template, { line: drop ?? null, refused: url.searchParams.has('sold_out') });
  }

  /** Remembers where the shopper came in, as Shopify's own script would. */
  function remembered({ request, answer }: { request: Request; answer: Response }): Response {
    if (request.method !== 'GET' || !answer.headers.get('content-type')?.startsWith('text/html'))
      return answer;
    const session = sessionOf(request);
    const next = afterPage({ session, url: new URL(request.url) });
    if (next !== session) answer.headers.append('set-cookie', sessionCookie(next));
    return answer;
  }

  return {
    themeNames,
    handle: async (request: Request): Promise<Response> =>
      remembered({ request, answer: await answerTo(request) }),
  };

  async function answerTo(request: Request): Promise<Response> {
    const visit = visitOf(request);
    if (!visit) return page('<h1>Sorry, this shop is currently unavailable.</h1>', 404);
    const served = asset(visit);
    if (served) return served;
    const { path } = visit;
    if (request.method === 'POST' && ['/cart/add', '/cart/add.js', '/checkout'].includes(path))
      return cart(visit);
    const handle = /^(?:\/collections\/[\w-]+)?\/products\/([\w.-]+)$/.exec(path)?.[1];
    if (handle) return productPage(visit, handle);
    if (path === '/') return themePage(visit, 'index');
    if (/^\/collections\/[\w-]+$/.test(path)) return themePage(visit, 'collection');
    if (path === '/search') return themePage(visit, 'search');
    if (path === '/cart') return cartPage(visit, 'cart');
    if (path === '/thank-you') return cartPage(visit, 'thank-you');
    return themePage(visit, '404', {}, 404);
  }
}
