// The players of the journey: shoppers with phones, and a merchant with stock, around the real app.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemoWorld, type DemoWorld } from '../../simulators/demo/demo-world.ts';
import { SHOP } from '../../simulators/demo/seed.ts';
import { locationNamed, variantNamed } from '../../simulators/demo/variants.ts';
import { waitFor } from './wait-for.ts';

export type Wish = { product: string; title: string };
export type TestApp = Awaited<ReturnType<typeof openTestApp>>;

/** The app as two processes on this test's own database, the simulators in this one, the Page connected and its test passed. */
export async function openTestApp() {
  const folder = mkdtempSync(join(tmpdir(), 'stage-'));
  const log: string[] = [];
  const demo: DemoWorld = await startDemoWorld({
    folder,
    databaseUrl: process.env.DATABASE_URL!,
    print: () => undefined,
    onLog: (line) => log.push(line),
  }).catch((error: unknown) => {
    throw new Error(`The stage could not be opened. The app said:\n${log.slice(-20).join('\n')}`, {
      cause: error,
    });
  });
  const { world } = demo;
  const { store } = world.shopify;

  /** The link that the block really draws on the product page, or undefined while it draws none. */
  async function linkOf(wish: Wish): Promise<string | undefined> {
    const { product, variant } = variantNamed({ world, shop: SHOP, ...wish });
    const page = await world.handle(
      new Request(`https://${SHOP}/products/${product.handle}?variant=${variant.id}`),
    );
    const drawn = /<a\b[^>]*\bhref="(https:\/\/m\.me\/[^"]+)"/.exec(await page.text());
    return drawn?.[1]?.replaceAll('&amp;', '&');
  }

  function shopper(name: string) {
    const id = name.toLowerCase();
    world.messenger.addPerson({ id, name });
    const phone = world.messenger.phone(id);
    const notified = () =>
      world.messenger.ledger().filter((line) => line.personId === id && line.paidBy === 'token');
    /** What the phone shows; nothing before the first conversation. */
    const messages = () => (world.messenger.world.people.get(id)?.at == null ? [] : phone.messages());
    const requests = () =>
      messages().filter((message) => JSON.stringify(message.content).includes('one_time_notif_req'));
    return {
      id,
      phone,
      messages,
      requests,
      /** The messages that Messenger's ledger says were paid by a token of this person's. */
      notified,
      async presses(wish: Wish): Promise<void> {
        const link = await waitFor(() => linkOf(wish), {
          until: `the block to offer ${wish.product}, ${wish.title}`,
        });
        if (phone.openLink(link).outcome === 'get_started') phone.tapGetStarted();
      },
      /** Presses, is asked, and taps Notify Me. */
      async asks(wish: Wish): Promise<void> {
        const before = requests().length;
        await this.presses(wish);
        await waitFor(() => requests().length > before, { until: `${name} to be asked`, timeoutMs: 20_000 });
        phone.tapNotifyMe();
      },
    };
  }

  return {
    demo,
    world,
    store,
    log,
    linkOf,
    shopper,
    variant: (wish: Wish) => variantNamed({ world, shop: SHOP, ...wish }).variant,
    stock(wish: Wish & { at?: string; available: number }): void {
      const { at = 'Warehouse', available } = wish;
      store.setStock({
        shop: SHOP,
        variantId: variantNamed({ world, shop: SHOP, ...wish }).variant.id,
        locationId: locationNamed({ world, shop: SHOP, name: at }),
        available,
      });
    },
    async close(): Promise<void> {
      await demo.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
