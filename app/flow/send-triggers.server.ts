// Tells Shopify Flow, shop by shop, what happened: in order, one call at a time, never from within the story and never at its cost.
import { holds, type Lease } from '../jobs/lease.server.ts';
import { type Clock, later, MINUTE, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { askShopify, type Cost, ShopifyFailed } from '../shopify/admin-api.server.ts';
import { type Cursor, cursorOf, doneWithRestocks, joinings, settledTops, toldNumber, toldRestock, toldRestocks, toldTrouble, toldUpTo, troubleOf } from './pending-events.server.ts';
import { type Event, type Explained, joined, milestone, needsAttention, reached, told } from './trigger-payloads.ts';

export const TELL_FLOW = `#graphql
  mutation TellFlow($handle: String!, $payload: JSON!) {
    flowTriggerReceive(handle: $handle, payload: $payload) {
      userErrors { field message }
    }
  }`;

type Answer = { flowTriggerReceive: { userErrors: { message: string }[] } | null };

/** Half of Shopify's bucket stays with the looks: Flow can wait, shoppers can't. */
const SHARE = 0.5;
const BATCH = 25;
const CALL_LIMIT_MS = 10 * SECOND;
/** What Shopify refuses as such is our own fault, and stands until we have mended it. */
const WRONG_AGAIN_MS = 10 * MINUTE;

/** Thrown to come again later: the fact at hand was not told and stays due. */
class ComeAgain extends Error {
  afterMs: number;
  constructor(afterMs: number) {
    super('Flow is told later');
    this.afterMs = afterMs;
  }
}

/** In which words the merchant is told of a Page's trouble. */
export type Explain = (given: { trouble: string; locale: string }) => Explained;

export type FlowTeller = (given: {
  shopId: bigint;
  lease: Lease;
  signal: AbortSignal;
}) => Promise<Date | null>;

/**
 * Returns when to come again, or null once everything is told. A crash between a call and the note of it repeats that one event; both
 * copies carry the same Event ID.
 */
export function createFlowTeller({ clock, explain }: { clock: Clock; explain: Explain }): FlowTeller {
  /** Shops that are to be left alone for a while, also when the worker's round asks for them. */
  const resting = new Map<bigint, Date>();

  return async ({ shopId, lease, signal }) => {
    const rest = resting.get(shopId);
    if (rest !== undefined && rest > clock()) return rest;
    resting.delete(shopId);
    const tell = async (event: Event) => {
      const until = resting.get(shopId);
      if (until !== undefined && until > clock()) throw new ComeAgain(until.getTime() - clock().getTime());
      if (signal.aborted || !holds(lease)) throw new ComeAgain(0);
      const cost = await deliver({ shopId, event, clock });
      const missing = cost === undefined ? 0 : cost.maximum * SHARE - cost.available;
      if (missing > 0) resting.set(shopId, later(clock(), (missing / cost!.restoreRate) * SECOND));
    };
    try {
      return await round({ shopId, tell, explain, clock });
    } catch (error) {
      if (!(error instanceof ComeAgain)) throw error;
      const again = later(clock(), error.afterMs);
      resting.set(shopId, again);
      return again;
    }
  };
}

type Tell = (event: Event) => Promise<void>;

async function round({
  shopId,
  tell,
  explain,
  clock,
}: {
  shopId: bigint;
  tell: Tell;
  explain: Explain;
  clock: Clock;
}): Promise<Date | null> {
  for (;;) {
    const cursor = await cursorOf({ shopId });
    if (cursor === null) return null;
    await tellTrouble({ cursor, tell, explain, clock });
    const tops = await settledTops({ shopId });
    if (tops === null) return later(clock(), SECOND);
    await tellRestocks({ cursor, upTo: tops.restock, tell, clock });
    if (!(await tellJoinings({ cursor, upTo: tops.joined, tell, clock }))) return null;
  }
}

async function tellTrouble({
  cursor: { shopId, locale },
  tell,
  explain,
  clock,
}: {
  cursor: Cursor & { locale: string };
  tell: Tell;
  explain: Explain;
  clock: Clock;
}): Promise<void> {
  const found = await troubleOf({ shopId });
  if (found === null) return;
  await tell(needsAttention({ ...found, ...explain({ trouble: found.trouble, locale }) }));
  await toldTrouble({ shopId, trouble: found, now: clock() });
}

/** What is new since the cursor, up to the newest that is sure. */
type News = { cursor: Cursor; upTo: bigint; tell: Tell; clock: Clock };

async function tellRestocks({ cursor: { shopId, restock }, upTo, tell, clock }: News): Promise<void> {
  for (const found of await toldRestocks({ shopId, after: restock, now: clock(), limit: BATCH })) {
    // Meta refused every one of them: nobody was told, so there is nothing to tell.
    if (found.people > 0) await tell(told(found));
    await toldRestock({ shopId, restockId: found.restockId, variantId: found.variantId, now: clock() });
  }
  await doneWithRestocks({ shopId, upTo });
}

/** @returns whether there may be more. */
async function tellJoinings({
  cursor: { shopId, joined: after },
  upTo,
  tell,
  clock,
}: News): Promise<boolean> {
  const found = await joinings({ shopId, after, upTo, now: clock(), limit: BATCH });
  const marks = new Map<bigint, number>();
  for (const one of found) {
    const { variantId, subscriptionId, waiting, mark } = one;
    const number = milestone(waiting);
    // Of a line that Flow has not heard of, only what this very yes made full is news.
    if (number > (marks.get(variantId) ?? mark ?? milestone(waiting - 1))) {
      await tell(reached({ ...one, number }));
      await toldNumber({ shopId, variantId, number, now: clock() });
      marks.set(variantId, number);
    }
    await tell(joined(one));
    await toldUpTo({ shopId, joined: subscriptionId });
  }
  if (found.length === BATCH) return true;
  await toldUpTo({ shopId, joined: upTo });
  return false;
}

/** One call. What Flow itself refuses counts as told: it would be refused again, and everything behind it would wait for ever. */
async function deliver({
  shopId,
  event,
  clock,
}: {
  shopId: bigint;
  event: Event;
  clock: Clock;
}): Promise<Cost | undefined> {
  try {
    const { data, cost } = await askShopify<Answer>({
      shopId,
      query: TELL_FLOW,
      variables: event,
      clock,
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const refused = data.flowTriggerReceive?.userErrors ?? [];
    if (refused.length > 0)
      log.error('Flow refused an event of ours', { shopId, handle: event.handle, refused });
    return cost;
  } catch (error) {
    if (!(error instanceof ShopifyFailed)) throw error;
    if (error.advice !== 'throttled') log.warn('Flow could not be told yet', { shopId, error });
    throw new ComeAgain(error.advice === 'wrong' ? WRONG_AGAIN_MS : error.retryAfterMs);
  }
}
