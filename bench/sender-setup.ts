// Setup of the page sender's benches: a durable PostgreSQL, the Messenger simulator in another process, and waiting shoppers.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, setGlobalDispatcher, type Dispatcher } from 'undici';
import { migrate } from '../scripts/database/migrate.ts';
import { erasePostgres, startPostgres } from '../scripts/database/embedded.ts';
import { startDebianPostgres } from './debian-postgres.ts';
import type { Order } from './messenger-host.ts';
import { ENCRYPTION_KEY } from './encryption-key.ts';

export type Tally = {
  notified: number;
  people: number;
  refused: number;
  first: number | null;
  last: number | null;
  mostInASecond: number;
};

const made = {
  SHOPIFY_API_KEY: 'bench',
  SHOPIFY_API_SECRET: 'shpss_bench',
  SHOPIFY_APP_URL: 'https://notify.bench.example',
  META_APP_ID: '1029384756',
  META_APP_SECRET: 'c7b1f02a9e3d4856b1d7c0a2f4e69b83',
  META_VERIFY_TOKEN: 'bench-verify',
  ENCRYPTION_KEY,
  LOG_LEVEL: 'warn',
};

export type SenderBench = Awaited<ReturnType<typeof openSenderBench>>;

export type BenchServer = 'embedded' | 'debian';

type Started = { url: string; pid: number; stop(): Promise<void> };

/** The server that was asked for. @throws where this machine does not have it. */
async function startServer(server: BenchServer): Promise<Started> {
  if (server === 'debian') {
    const started = await startDebianPostgres();
    if ('notRun' in started) throw new Error(started.notRun);
    return started;
  }
  const folder = mkdtempSync(join(tmpdir(), 'notify-bench-'));
  const { url, pid, stop } = await startPostgres({ folder, durable: true, endsWithMe: true });
  return {
    url,
    pid,
    async stop() {
      await stop('immediate');
      await erasePostgres({ folder });
    },
  };
}

export async function openSenderBench({ server = 'embedded' }: { server?: BenchServer } = {}) {
  const postgres = await startServer(server);
  await migrate(postgres.url);
  Object.assign(process.env, made, { DATABASE_URL: postgres.url });
  delete process.env.DATABASE_DIRECT_URL;

  const host = fork(join(import.meta.dirname, 'messenger-host.ts'));
  const [{ port }] = (await once(host, 'message')) as [{ port: number }];
  let asked = 0;
  const waiting = new Map<number, (result: unknown) => void>();
  host.on('message', ({ id, result }: { id: number; result: unknown }) => waiting.get(id)?.(result));
  const order = <T>(what: Order): Promise<T> => {
    asked += 1;
    const id = asked;
    return new Promise<T>((resolve) => {
      waiting.set(id, resolve as (result: unknown) => void);
      host.send({ id, order: what });
    });
  };

  const leadAway: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
    dispatch({ ...options, origin: `http://127.0.0.1:${port}` }, handler);
  const agent = new Agent({ connections: 512 });
  setGlobalDispatcher(agent.compose(leadAway));

  const { db } = await import('../app/db.server.ts');
  const { acquireLease, releaseLease, renewLease } = await import('../app/jobs/lease.server.ts');
  const { createRateLimiter } = await import('../app/messenger/rate-limiter.ts');
  const { runPageSender } = await import('../app/notifications/page-sender.server.ts');
  const { createSenderState } = await import('../app/notifications/sender-state.ts');
  const { encrypt } = await import('../app/lib/encryption.server.ts');
  const { encryptPageToken } = await import('../app/messenger/pages.server.ts');

  let numbers = 10_000;
  const next = () => (numbers += 1);

  /** A shop with one Page, one variant and an open restock, and so many who wait. */
  async function createShop({
    waitingShoppers,
    perSecond = 300,
  }: {
    waitingShoppers: number;
    perSecond?: number;
  }) {
    const shopId = BigInt(next());
    const metaPageId = String(next());
    const now = new Date();
    const token = await order<string>({
      do: 'page',
      id: metaPageId,
      appId: made.META_APP_ID,
      secret: made.META_APP_SECRET,
    });
    await db.shop.create({
      data: { id: shopId, domain: `b${shopId}.myshopify.com`, name: 'Bench', installedAt: now, refKey: 'k' },
    });
    const page = await db.page.create({
      data: {
        shopId,
        metaPageId,
        name: 'Bench',
        accessToken: encryptPageToken({ shopId, token }),
        connectedAt: now,
        testPassedAt: now,
        messagesPerSecond: perSecond,
      },
    });
    const variantId = BigInt(next());
    await db.variant.create({
      data: {
        id: variantId,
        shopId,
        productId: BigInt(next()),
        productTitle: 'Linen shirt',
        title: 'M',
        handle: 'linen-shirt',
        price: '49.00',
      },
    });
    for (let left = waitingShoppers; left > 0; left -= 5_000) await addPeople(Math.min(left, 5_000));

    async function addPeople(count: number): Promise<void> {
      const people = await order<[string, string][]>({ do: 'people', pageId: metaPageId, count });
      const encrypted = people.map(([, oneTime]) =>
        Buffer.from(encrypt(oneTime, { shopId, purpose: 'one-time token' })).toString('base64'),
      );
      const psids = people.map(([psid]) => psid);
      await db.$executeRaw`
        WITH given AS (
          SELECT nextval('shoppers_id_seq') AS s, nextval('opt_in_requests_id_seq') AS r, g.psid, decode(g.token, 'base64') AS token, g.place
          FROM unnest(${psids}::text[], ${encrypted}::text[]) WITH ORDINALITY AS g(psid, token, place)
        ), shoppers AS (
          INSERT INTO shoppers (id, shop_id, page_id, psid, created_at) SELECT s, ${shopId}, ${page.id}, psid, ${now} FROM given
        ), requests AS (
          INSERT INTO opt_in_requests (id, shop_id, shopper_id, variant_id, title, locale, created_at, accepted_at)
          SELECT r, ${shopId}, s, ${variantId}, 'asked', 'en', ${now}, ${now} FROM given
        )
        INSERT INTO subscriptions (shop_id, shopper_id, variant_id, page_id, opt_in_request_id, grant_token, waiting_since, granted_at, expires_at)
        SELECT ${shopId}, s, ${variantId}, ${page.id}, r, token, ${now}::timestamptz + place * interval '1 ms', ${now}, ${now}::timestamptz + interval '365 days' FROM given`;
    }

    await db.$executeRaw`ANALYZE`;
    const restock = await db.restock.create({
      data: {
        shopId,
        variantId,
        openedAt: now,
        confirmedAvailableAt: new Date(),
        notificationQuota: 2_147_483_647,
      },
    });
    return { shopId, metaPageId, token, page, variantId, restockId: restock.id };
  }

  /** One worker drains the line; on a machine so busy that it loses its lease, it takes it again. */
  async function drain(
    { metaPageId, restockId }: { metaPageId: string; restockId: bigint },
    limit: number,
  ): Promise<void> {
    const rateLimiter = createRateLimiter({ perSecond: limit });
    const fresh = setInterval(() => {
      // Prisma begins only when somebody waits for it.
      db.restock
        .updateMany({ where: { id: restockId }, data: { confirmedAvailableAt: new Date() } })
        .catch(() => undefined);
    }, 2_000);
    try {
      for (;;) {
        const acquired = await acquireLease({ name: `page:${metaPageId}`, holder: 'bench' });
        if (!('lease' in acquired)) throw new Error('The bench did not get its own lease.');
        const { lease } = acquired;
        const renewal = setInterval(() => void renewLease(lease), 500);
        const sender = {
          state: createSenderState({ metaPageId, lease }),
          rateLimiter,
          clock: () => new Date(),
          signal: new AbortController().signal,
        };
        const next = await runPageSender({ ...sender, limitOf: () => limit });
        clearInterval(renewal);
        await releaseLease(lease);
        if (next !== null && next.getTime() - Date.now() <= 5_000)
          await pause(Math.max(1, next.getTime() - Date.now()));
        // A machine that stood still for so long that the last look grew old: somebody waits, and will be told.
        else if (
          (await db.subscription.count({
            where: { status: { in: ['waiting', 'claimed'] }, page: { metaPageId } },
          })) === 0
        )
          return;
      }
    } finally {
      clearInterval(fresh);
    }
  }

  /** CPU so far of PostgreSQL, all its processes, in microseconds. */
  function postgresCpu(): number {
    const postmaster = postgres.pid;
    let ticks = 0;
    for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]!.split(' ');
        if (Number(name) === postmaster) ticks += sum(stat.slice(11, 15));
        else if (Number(stat[1]) === postmaster) ticks += sum(stat.slice(11, 13));
      } catch {
        // ended meanwhile
      }
    }
    return ticks * 10_000;
  }

  return {
    db,
    order,
    createShop,
    drain,
    postgresCpu,
    tally: (pageId: string) => order<Tally>({ do: 'tally', pageId }),
    async close() {
      await db.$disconnect();
      host.disconnect();
      await agent.destroy();
      await postgres.stop();
    },
  };
}

const sum = (texts: string[]) => texts.reduce((total, text) => total + Number(text), 0);
