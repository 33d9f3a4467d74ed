// The world of a fault run: the demo's shop, Page and app on a database of its own, a waitlist, and Messenger's ledger as the judge.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startDemoWorld } from '../../simulators/demo/demo-world.ts';
import { environmentOf, MERCHANT, SHOP } from '../../simulators/demo/seed.ts';
import { locationNamed, variantNamed } from '../../simulators/demo/variants.ts';
import type { Armed } from '../../simulators/network/fault-points.ts';

export type Role = 'web' | 'worker';
export type FaultWorld = Awaited<ReturnType<typeof openFaultWorld>>;

/** Polls until `holds`. @returns whether it did before `withinMs` was over. */
export async function holdsWithin(withinMs: number, holds: () => boolean | Promise<boolean>) {
  const end = performance.now() + withinMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > end) return false;
    await wait(40);
  }
}

export async function openFaultWorld({ folder, databaseUrl }: { folder: string; databaseUrl: string }) {
  const points = join(folder, 'points');
  mkdirSync(points, { recursive: true });
  const log: string[] = [];
  const environment = {
    NODE_OPTIONS: `--import ${new URL('../../simulators/network/fault-points.ts', import.meta.url).href}`,
    FAULT_FOLDER: points,
  };
  const demo = await startDemoWorld({
    folder,
    databaseUrl,
    print: () => undefined,
    onLog: (line) => log.push(line),
    environment,
  }).catch((error: unknown) => {
    throw new Error(`The world could not be opened. The app said:\n${log.slice(-20).join('\n')}`, {
      cause: error,
    });
  });
  const { world, app } = demo;
  const { encryptionKey } = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as {
    encryptionKey: string;
  };
  // What the run itself asks of the app's own code (the books) needs the app's environment.
  Object.assign(process.env, environmentOf({ keys: demo.keys, encryptionKey }), {
    DATABASE_URL: databaseUrl,
  });

  /** The database's own word; undefined while it cannot be asked. */
  async function ask<Row extends object>(text: string): Promise<Row[] | undefined> {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text)).rows;
    } catch {
      return undefined;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  const count = async (from: string): Promise<number | undefined> =>
    (await ask<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`))?.[0]?.count;

  // A merchant's choice: no hold-off, so that a round takes seconds; and whoever asks next is another restock's.
  await ask('UPDATE shops SET send_delay_seconds = 0, restock_cooldown_minutes = 0');

  const ribbons = world.shopify.store.shop(SHOP);
  const titles = [...ribbons.products.values()]
    .find((product) => product.title === 'Linen ribbon')!
    .variantIds.slice(0, 200)
    .map((id) => ribbons.variants.get(id)!.title);
  let used = 0;
  /** A variant that nobody has asked for yet. */
  const freshWish = () => ({ product: 'Linen ribbon', title: titles[used++ % titles.length]! });
  type Wish = ReturnType<typeof freshWish>;

  const stock = ({ wish, available }: { wish: Wish; available: number }) =>
    world.shopify.store.setStock({
      shop: SHOP,
      variantId: variantNamed({ world, shop: SHOP, ...wish }).variant.id,
      locationId: locationNamed({ world, shop: SHOP, name: 'Warehouse' }),
      available,
    });

  async function linkOf(wish: Wish): Promise<string> {
    const { product, variant } = variantNamed({ world, shop: SHOP, ...wish });
    let link: string | undefined;
    await holdsWithin(20_000, async () => {
      const page = await world.handle(
        new Request(`https://${SHOP}/products/${product.handle}?variant=${variant.id}`),
      );
      link = /<a\b[^>]*\bhref="(https:\/\/m\.me\/[^"]+)"/.exec(await page.text())?.[1];
      return link !== undefined;
    });
    if (!link) throw new Error(`The block offers no link for ${wish.title}`);
    return link.replaceAll('&amp;', '&');
  }

  const everybody: Shopper[] = [];
  type Shopper = { id: string };
  /** What Messenger delivered to this person on a token's account. */
  const notified = ({ id }: Shopper): number =>
    world.messenger.ledger().filter((line) => line.personId === id && line.paidBy === 'token').length;

  /** New people come by the block's own link, are asked, and tap Notify Me; whatever dies meanwhile. */
  async function queue({ wish, size }: { wish: Wish; size: number }): Promise<Shopper[]> {
    stock({ wish, available: 0 });
    const link = await linkOf(wish);
    const shoppers = Array.from({ length: size }, (_none, at) => ({
      id: `shopper-${everybody.length + at + 1}`,
    }));
    everybody.push(...shoppers);
    await Promise.all(
      shoppers.map(async ({ id }) => {
        world.messenger.addPerson({ id, name: id });
        const phone = world.messenger.phone(id);
        if (phone.openLink(link).outcome === 'get_started') phone.tapGetStarted();
        const isAsked = () =>
          world.messenger.world.people.get(id)?.at != null &&
          phone.messages().some((one) => JSON.stringify(one.content).includes('one_time_notif_req'));
        if (!(await holdsWithin(60_000, isAsked))) throw new Error(`${id} was never asked`);
        phone.tapNotifyMe();
      }),
    );
    return shoppers;
  }

  return {
    demo,
    world,
    log,
    ask,
    count,
    freshWish,
    stock,
    queue,
    notified,
    /** Resolves once everybody's yes is saved; a fault may keep it away for long, and then the story goes on without it. */
    saved: () =>
      holdsWithin(30_000, async () => (await count('subscriptions WHERE NOT is_test')) === everybody.length),
    simulators: () => readFileSync(join(points, 'simulators'), 'utf8'),
    environment: { ...environmentOf({ keys: demo.keys, encryptionKey }), ...environment },
    kill: (role: Role) => app.restart(role, 'SIGKILL'),
    /** The process of this role that began last. */
    pidOf: (role: Role): number =>
      Number(
        readFileSync(join(points, `pids-${role}`), 'utf8')
          .trim()
          .split('\n')
          .at(-1),
      ),
    arm({ role, ...armed }: Armed & { role: Role }): void {
      rmSync(join(points, `hit-${role}`), { force: true });
      writeFileSync(join(points, `arm-${role}`), JSON.stringify(armed));
    },
    disarm: (role: Role) => rmSync(join(points, `arm-${role}`), { force: true }),
    /** Whom the armed point struck, and when (ms since 1970). */
    hit(role: Role): { pid: number; at: number } {
      const file = join(points, `hit-${role}`);
      return { pid: Number(readFileSync(file, 'utf8')), at: statSync(file).mtimeMs };
    },
    isHit: (role: Role) => existsSync(join(points, `hit-${role}`)),
    /** Forgets the points met so far. */
    beginTrace: () => writeFileSync(join(points, 'trace'), ''),
    trace: (): string[] => readFileSync(join(points, 'trace'), 'utf8').split('\n').filter(Boolean),

    /** Webhooks that were not taken are brought again at once, not after Shopify's minute. */
    bringAgain: () => world.shopify.webhooks.retry(),

    /**
     * The verdict over everybody who ever waited: each told exactly once, nobody else told, nothing unsettled, books that balance.
     * @returns what is wrong; empty when all is well.
     */
    async outcome(): Promise<string[]> {
      const waiting = everybody;
      const wrong: string[] = [];
      const isRest = async () => (await count('notifications WHERE finished_at IS NULL')) === 0;
      await holdsWithin(150_000, async () => waiting.every((one) => notified(one) > 0) && (await isRest()));
      await world.untilIdle();
      for (const one of waiting)
        if (notified(one) !== 1) wrong.push(`${one.id} was told ${notified(one)} times`);
      const known = new Set([...waiting.map((one) => one.id), MERCHANT.id]);
      for (const line of world.messenger.ledger())
        if (line.paidBy === 'token' && !known.has(line.personId))
          wrong.push(`${line.personId} was told and had not asked`);
      if (!(await isRest())) wrong.push('messages are left unsettled');
      const { balance } = await import('../../app/reports/audit.server.ts');
      const { faults, accounts } = await balance();
      for (const fault of faults) wrong.push(`the books: ${fault.what} (${fault.id})`);
      const sum = (of: (account: (typeof accounts)[number]) => number) =>
        accounts.reduce((all, account) => all + of(account), 0);
      const [optedIn, settled] = [sum((one) => one.optedIn), sum((one) => one.notified + one.presumed)];
      if (optedIn !== waiting.length || settled !== waiting.length)
        wrong.push(`the books: ${optedIn} opted in and ${settled} told, of ${waiting.length} who waited`);
      return wrong;
    },
    async close(): Promise<void> {
      await demo.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
