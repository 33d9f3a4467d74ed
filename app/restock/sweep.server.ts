// The sweep: a cheap probe of every variant that someone waits for, which finds what lost and late webhooks hid.
import { setTimeout as pause } from 'node:timers/promises';
import { db } from '../db.server.ts';
import { SECOND, type Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { ShopifyFailed, type Cost } from '../shops/admin-api.server.ts';
import { probeVariants, VARIANTS_A_PROBE } from '../shops/probe-variants.server.ts';
import { markWanted } from '../waitlist/wanted.server.ts';
import { concerns } from './hint.server.ts';

/** The sweep leaves half of the shop's points to looks, to the conversation, and to the merchant's other needs. */
const SHARE = 0.5;
const TRIES = 4;
/** So many shops are swept at a time: each has a budget of its own. */
const SHOPS_AT_ONCE = 8;

export type Wait = (given: { ms: number; signal?: AbortSignal }) => Promise<void>;
const wait: Wait = ({ ms, signal }) => pause(ms, undefined, { signal, ref: false }).catch(() => undefined);

export type Swept = {
  /** `cut_short`: Shopify could not be read, or the sweep was stopped; go on after variant `after`. */
  outcome: 'swept' | 'cut_short';
  after: bigint | null;
  probed: number;
  marked: number;
  points: number;
};

type Watched = { id: bigint; open: boolean; units: number | null };
type Probe = { availableForSale: boolean; inventoryQuantity: number | null };

/** Those not due already: they are looked at anyway. */
const watched = ({ shopId, after }: { shopId: bigint; after: bigint }) => db.$queryRaw<Watched[]>`
  SELECT v."id",
    EXISTS (SELECT 1 FROM "Restock" r WHERE r."shopId" = v."shopId" AND r."variantId" = v."id" AND r."closedAt" IS NULL AND NOT r."isTest") AS "open",
    (SELECT l."units" FROM "Look" l WHERE l."shopId" = v."shopId" AND l."variantId" = v."id" AND NOT l."isTest" ORDER BY l."at" DESC LIMIT 1) AS "units"
  FROM "Variant" v
  WHERE v."shopId" = ${shopId} AND v."id" > ${after} AND v."wanted" = v."looked" AND v."missingSince" IS NULL AND ${concerns}
  ORDER BY v."id" LIMIT ${VARIANTS_A_PROBE}`;

/** Whether the probe contradicts what is known, and a full look has to decide. Too often is a look too many; too rarely is a restock lost. */
export function suspicious({
  known,
  probe,
}: {
  known: Omit<Watched, 'id'>;
  probe: Probe | undefined;
}): boolean {
  if (probe === undefined) return true;
  if (!known.open) return probe.availableForSale;
  return !probe.availableForSale || (known.units !== null && probe.inventoryQuantity !== known.units);
}

/**
 * Sweeps one shop on at most half of its points. Safe to run beside webhooks and beside itself: it only marks.
 * @param after where an earlier sweep was cut short.
 */
export async function sweepShop({
  shopId,
  clock,
  after = 0n,
  signal,
  rest = wait,
}: {
  shopId: bigint;
  clock: Clock;
  after?: bigint;
  signal?: AbortSignal;
  rest?: Wait;
}): Promise<Swept> {
  const swept: Swept = { outcome: 'swept', after, probed: 0, marked: 0, points: 0 };
  while (!signal?.aborted) {
    const page = await watched({ shopId, after: swept.after ?? 0n });
    if (page.length === 0) return { ...swept, after: null };
    const began = clock().getTime();
    const answer = await patiently({ shopId, page, clock, signal, rest });
    if (answer === undefined) return { ...swept, outcome: 'cut_short' };
    const changed = page.filter((known) => suspicious({ known, probe: answer.probes.get(known.id) }));
    swept.marked += await db.$transaction((tx) =>
      markWanted({ tx, shopId, variantIds: changed.map((variant) => variant.id), news: true, now: clock() }),
    );
    swept.probed += page.length;
    swept.points += answer.cost?.actual ?? 0;
    swept.after = page.at(-1)!.id;
    const ms = debt({ cost: answer.cost, spentMs: clock().getTime() - began });
    if (ms > 0) await rest({ ms, signal });
  }
  return { ...swept, outcome: 'cut_short' };
}

/** How long to rest so that the sweep's share is kept, and half of the bucket stays full for others. */
function debt({ cost, spentMs }: { cost?: Cost; spentMs: number }): number {
  if (cost === undefined) return SECOND;
  const ownPace = (cost.actual / (cost.restoreRate * SHARE)) * SECOND - spentMs;
  const refill = ((cost.maximum * SHARE - cost.available) / cost.restoreRate) * SECOND;
  return Math.ceil(Math.max(ownPace, refill));
}

async function patiently({
  shopId,
  page,
  clock,
  signal,
  rest,
}: {
  shopId: bigint;
  page: Watched[];
  clock: Clock;
  signal?: AbortSignal;
  rest: Wait;
}): Promise<Awaited<ReturnType<typeof probeVariants>> | undefined> {
  for (let attempt = 1; attempt <= TRIES && !signal?.aborted; attempt += 1) {
    try {
      return await probeVariants({ shopId, variantIds: page.map((variant) => variant.id), clock });
    } catch (error) {
      if (!(error instanceof ShopifyFailed)) throw error;
      log.warn('the sweep could not probe', { shopId, advice: error.advice, error });
      if (error.advice === 'unreadable' || error.advice === 'wrong') return undefined;
      await rest({ ms: error.retryAfterMs * 2 ** (attempt - 1), signal });
    }
  }
  return undefined;
}

/** Sweeps every installed shop in which somebody waits, several at a time; each goes on where its last sweep was cut short. */
export async function sweep({ clock, signal }: { clock: Clock; signal?: AbortSignal }): Promise<void> {
  const shops = await db.$queryRaw<{ id: bigint }[]>`
    SELECT sh."id" FROM "Shop" sh WHERE sh."uninstalledAt" IS NULL
      AND EXISTS (SELECT 1 FROM "Variant" v WHERE v."shopId" = sh."id" AND v."missingSince" IS NULL AND ${concerns})`;
  const left = shops.map((shop) => shop.id);
  const hands = Array.from({ length: SHOPS_AT_ONCE }, async () => {
    for (let shopId = left.shift(); shopId !== undefined && !signal?.aborted; shopId = left.shift()) {
      const id = shopId;
      const after = cutShort.get(id);
      cutShort.delete(id);
      await sweepShop({ shopId: id, clock, after, signal }).then(
        (swept) => {
          if (swept.outcome === 'cut_short' && swept.after !== null) cutShort.set(id, swept.after);
          if (swept.marked > 0) log.info('the sweep found changes', { shopId: id, ...swept });
        },
        (error: unknown) => log.error('a shop could not be swept', { shopId: id, error }),
      );
    }
  });
  await Promise.all(hands);
}

const cutShort = new Map<bigint, bigint>();
