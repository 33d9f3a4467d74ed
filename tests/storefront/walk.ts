// A shopper who wanders through a mini theme at random, and a judge who works out from the shop alone what each state has to show.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { isForSale } from '../../simulators/shopify/shop-state.ts';
import type { Placement } from '../../simulators/storefront/storefront.ts';
import { DOMAIN, linkOf, openShopfront, type Shopfront } from './shopfront.ts';

export const FORMS: Record<string, Placement> = {
  block: { blocks: [{}], apart: [], embed: { placement: 'none', cards: true } },
  embed: { blocks: [], apart: [], embed: { cards: true } },
  float: { blocks: [], apart: [], embed: { placement: 'float', cards: true } },
};

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32, public domain). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One product of every kind that a theme treats in its own way, and enough others for a second page of the collection. */
function stock(front: Shopfront): void {
  const listing = { combinedListing: 'combo' };
  front.addProduct({ title: 'Combo red', units: { 'Red / S': 1, 'Red / M': 0, 'Red / L': 2 }, ...listing });
  front.addProduct({ title: 'Combo blue', units: { 'Blue / S': 0, 'Blue / M': 4 }, ...listing });
  front.addProduct({ title: 'Combo green', units: { 'Green / S': 3, 'Green / M': 2 }, ...listing });
  front.addProduct({ units: { 'S / Sand': 0, 'S / Sea': 2, 'M / Sand': 1, 'M / Sea': 0, 'L / Sand': 0 } });
  front.addProduct({ title: 'Scarf', units: { Rust: 0, Sea: 0 } });
  front.addProduct({ title: 'Tote', units: { 'Default Title': 0 }, options: undefined });
  front.addProduct({ title: 'Towel', units: { Hand: 4, Bath: 2 } });
  for (let index = 0; index < 22; index += 1)
    front.addProduct({ title: `Napkin ${index}`, units: { Small: index % 3, Large: index % 2 } });
}

type Seen = {
  handle: string | null;
  hasScript: boolean;
  forms: { isInDialog: boolean; product: string; id: string }[];
  buttons: { isInDialog: boolean; href: string }[];
  cards: { handle: string; links: string[] }[];
};

/** Runs in the page: what a shopper finds there. */
function look(): Seen {
  const isInDialog = (node: Element) => node.closest('dialog') !== null;
  const value = (form: HTMLFormElement, name: string) =>
    (form.elements.namedItem(name) as HTMLInputElement | null)?.value ?? '';
  return {
    handle: /\/products\/([^/?#]+)/.exec(location.pathname)?.[1] ?? null,
    hasScript: 'nmm' in document,
    forms: [...document.querySelectorAll<HTMLFormElement>('form[action*="/cart/add"]')]
      .filter((form) => !form.closest('li'))
      .map((form) => ({
        isInDialog: isInDialog(form),
        product: value(form, 'product-id'),
        id: value(form, 'id'),
      })),
    buttons: [...document.querySelectorAll<HTMLAnchorElement>('notify-me-messenger a')]
      .filter((link) => link.checkVisibility())
      .map((link) => ({ isInDialog: isInDialog(link), href: link.href })),
    cards: [...document.querySelectorAll('li.card')].map((card) => ({
      handle: card.querySelector<HTMLAnchorElement>('.card-link')!.pathname.split('/').at(-1)!,
      links: [...card.querySelectorAll<HTMLAnchorElement>('.nmm-card')].map(
        ({ pathname, hash }) => pathname + hash,
      ),
    })),
  };
}

/** What is wrong in what was seen; the shop's own state and the agreed rule of the ref are all that it knows. */
function faultsOf({ seen, front, form }: { seen: Seen; front: Shopfront; form: string }): string[] {
  const products = [...front.shop.products.values()];
  const productAt = (handle: string) => products.find((each) => each.handle === handle);
  const variantOf = (id: string) => (id === '' ? undefined : front.shop.variants.get(BigInt(id)));
  const isSoldOut = (id: bigint) => {
    const variant = front.shop.variants.get(id);
    return variant !== undefined && !isForSale({ shop: front.shop, variant });
  };
  const faults: string[] = [];

  for (const isInDialog of [false, true]) {
    const shown = seen.buttons.filter((button) => button.isInDialog === isInDialog).map(({ href }) => href);
    const forms = seen.forms.filter((each) => each.isInDialog === isInDialog);
    const own = seen.handle === null ? undefined : String(productAt(seen.handle)?.id);
    const cart = isInDialog ? forms[0] : forms.find(({ product }) => product === own);
    const variant = cart && variantOf(cart.id);
    // An embed serves the page that it was loaded with: nothing stands in dialogs, nor where nothing was sold out at first.
    const isServed = form === 'block' || (!isInDialog && seen.hasScript);
    const expected =
      isServed && variant && isSoldOut(variant.id) ? [linkOf({ front, variant: String(variant.id) })] : [];
    if (JSON.stringify(shown) !== JSON.stringify(expected))
      faults.push(`${isInDialog ? 'dialog' : 'page'}: shows [${shown}] instead of [${expected}]`);
  }
  for (const { handle, links } of seen.cards) {
    const ids = productAt(handle)?.variantIds ?? [];
    const expected = ids.every(isSoldOut) ? [`/products/${handle}#notify-me`] : [];
    if (JSON.stringify(links) !== JSON.stringify(expected))
      faults.push(`card ${handle}: links [${links}] instead of [${expected}]`);
  }
  return faults;
}

/** Runs in the page: one step, chosen by `at`, a number in [0, 1). @returns what was done; null asks for the way back. */
function step([at, which]: [number, number]): string | null {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[open]');
  const choices: [string, HTMLElement][] = [];
  const add = (name: string, selector: string) => {
    const found = [...(dialog ?? document).querySelectorAll<HTMLElement>(selector)];
    const one = found[Math.floor(which * found.length)];
    if (one) choices.push([name, one]);
  };
  const isProduct = location.pathname.includes('/products/');
  for (const weight of [1, 2, 3, 4])
    if (isProduct || dialog) {
      add('pill', '[data-value-id]:not(:checked)');
      if (!dialog) add('select', 'main select:not([hidden])');
      if (weight > 2) add('close', '.quick-close');
    }
  if (!dialog) {
    add('card', '.card-link');
    add('quick', '[data-quick-add]');
    if (isProduct) add('menu', '.menu a');
    else add('card', '.card-link');
    add('filter', '[data-filters] input');
    add('sort', '[data-filters] select');
    add('scroll', '[data-grid] > :last-child');
  }
  const index = Math.floor(at * (choices.length + (dialog ? 0 : 1)));
  const chosen = choices[index];
  if (!chosen) return null;
  const [name, element] = chosen;
  if (element instanceof HTMLSelectElement) {
    element.selectedIndex = Math.floor(which * element.options.length);
    element.dispatchEvent(new Event('change', { bubbles: true }));
  } else if (name === 'scroll') element.scrollIntoView();
  else element.click();
  return `${name} ${(element.textContent || element.getAttribute('value') || '').trim().slice(0, 30)}`;
}

/** The page after it has answered: no request is under way, and a picture has been drawn. */
async function rest(page: Page, pending: () => number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      await page.waitForLoadState('load');
      await page.evaluate(() => new Promise(requestAnimationFrame));
      if (pending() === 0) return;
    } catch (error) {
      // The page was left meanwhile.
      if (!/context was destroyed|navigat/i.test(String(error))) throw error;
    }
  }
  throw new Error('the page does not come to rest');
}

/** How often a state is looked at again, a picture apart, before it counts as wrong: card links come in tasks of their own. */
const LOOKS = 60;

/** A server for one shop after the other; what it answered once it answers again, as nothing in these shops changes. */
export async function openWalks() {
  let front = openShopfront();
  let answers = new Map<string, Promise<{ status: number; headers: Headers; body: Buffer }>>();
  const answerTo = async (url: string) => {
    const answer = await front.storefront.handle(new Request(`http://${DOMAIN}${url}`));
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const server: Server = createServer(({ url = '/' }, response) => {
    const answer = answers.get(url) ?? answerTo(url);
    answers.set(url, answer);
    void answer.then(
      ({ status, headers, body }) => response.writeHead(status, Object.fromEntries(headers)).end(body),
      (error: Error) => response.destroy(error),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
    /** A shop of its own for the next walk. */
    open: ({ theme, form }: { theme: string; form: string }) => {
      front = openShopfront({ theme, placement: FORMS[form] });
      answers = new Map();
      stock(front);
      return front;
    },
  };
}

/**
 * Wanders from a product in a browser for which `front` answers as the shop.
 * @returns how many states were judged, and what was wrong in them, each with the steps that led there.
 */
export async function walk({
  browser,
  front,
  form,
  seed,
  steps,
}: {
  browser: Browser;
  front: Shopfront;
  form: string;
  seed: number;
  steps: number;
}): Promise<{ judged: number; wrong: string[] }> {
  const random = numbersFrom(seed);
  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(String(error)));
  // A theme that abandons a look-up of its own leaves a rejection behind. Where our script is, it is ours to be quiet about it.
  await page.addInitScript(() =>
    addEventListener('unhandledrejection', (event) => {
      if (!('nmm' in document) && event.reason?.name === 'AbortError') event.preventDefault();
    }),
  );
  let pending = 0;
  page.on('request', () => (pending += 1));
  page.on('requestfinished', () => (pending -= 1));
  page.on('requestfailed', () => (pending -= 1));

  const start = () => page.goto(`http://${DOMAIN}/products/combo-red`);
  await start();
  const trail: string[] = [];
  let judged = 0;
  for (; judged < steps; judged += 1) {
    await rest(page, () => pending);
    let faults: string[] = [];
    for (let looks = 0; looks < LOOKS; looks += 1) {
      faults = faultsOf({ seen: await page.evaluate(look), front, form });
      if (faults.length === 0) break;
      await rest(page, () => pending);
    }
    for (const fault of faults)
      wrong.push(
        `seed ${seed}, step ${judged}, ${page.url()}: ${fault}; after ${trail.slice(-5).join(', ')}`,
      );
    const done = await page.evaluate(step, [random(), random()] as [number, number]);
    trail.push(done ?? 'back');
    if (done !== null) continue;
    await page.goBack({ waitUntil: 'commit' });
    if (!page.url().includes(DOMAIN)) await start();
  }
  await page.close();
  return { judged, wrong };
}
