// Sends Shopify Flow triggers, shop by shop, in order, one call at a time.
import { holds, type Lease } from '../jobs/lease.server.ts';
import { type Clock, later, MINUTE, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { adminGraphql, type Cost, ShopifyApiError } from '../shopify/admin-api.server.ts';
import {
  type Cursor,
  cursorOf,
  finishRestocks,
  newSubscriptions,
  committedUpTo,
  saveThreshold,
  saveRestockDelivery,
  notifiedRestocks,
  saveIssueDelivery,
  saveCursor,
  pageIssues,
} from './pending-events.server.ts';
import {
  type TriggerEvent,
  type Explained,
  subscriptionPayload,
  thresholdReached,
  needsAttention,
  thresholdPayload,
  restockPayload,
} from './trigger-payloads.ts';

const SEND_TRIGGER_MUTATION = `#graphql
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
class NextRun extends Error {
  afterMs: number;
  constructor(afterMs: number) {
    super('Flow is told later');
    this.afterMs = afterMs;
  }
}

/** The words that explain a Page's issue to the merchant. */
export type ExplainIssue = (given: { issue: string; locale: string }) => Explained;

export type FlowSender = (given: {
  shopId: bigint;
  lease: Lease;
  signal: AbortSignal;
}) => Promise<Date | null>;

/**
 * Returns when to come again, or null once every trigger was sent. A crash between a call and the note of it repeats that one event; both
 * copies carry the same Event ID.
 */
export function createFlowSender({ clock, explain }: { clock: Clock; explain: ExplainIssue }): FlowSender {
  /** Shops that are to be left alone for a while, also when the worker's round asks for them. */
  const resting = new Map<bigint, Date>();

  return async ({ shopId, lease, signal }) => {
    const rest = resting.get(shopId);
    if (rest !== undefined && rest > clock()) return rest;
    resting.delete(shopId);
    const send = async (event: TriggerEvent) => {
      const until = resting.get(shopId);
      if (until !== undefined && until > clock()) throw new NextRun(until.getTime() - clock().getTime());
      if (signal.aborted || !holds(lease)) throw new NextRun(0);
      const cost = await deliver({ shopId, event, clock });
      const missing = cost === undefined ? 0 : cost.maximum * SHARE - cost.available;
      if (missing > 0) resting.set(shopId, later(clock(), (missing / cost!.restoreRate) * SECOND));
    };
    try {
      return await round({ shopId, send, explain, clock });
    } catch (error) {
      if (!(error instanceof NextRun)) throw error;
      const again = later(clock(), error.afterMs);
      resting.set(shopId, again);
      return again;
    }
  };
}

type SendTrigger = (event: TriggerEvent) => Promise<void>;

async function round({
  shopId,
  send,
  explain,
  clock,
}: {
  shopId: bigint;
  send: SendTrigger;
  explain: ExplainIssue;
  clock: Clock;
}): Promise<Date | null> {
  for (;;) {
    const cursor = await cursorOf({ shopId });
    if (cursor === null) return null;
    await sendIssues({ cursor, send, explain, clock });
    const tops = await committedUpTo({ shopId });
    if (tops === null) return later(clock(), SECOND);
    await sendRestocks({ cursor, upTo: tops.restock, send, clock });
    if (!(await sendSubscriptions({ cursor, upTo: tops.joined, send, clock }))) return null;
  }
}

async function sendIssues({
  cursor: { shopId, locale },
  send,
  explain,
  clock,
}: {
  cursor: Cursor & { locale: string };
  send: SendTrigger;
  explain: ExplainIssue;
  clock: Clock;
}): Promise<void> {
  const found = await pageIssues({ shopId });
  if (found === null) return;
  await send(needsAttention({ ...found, ...explain({ issue: found.issue, locale }) }));
  await saveIssueDelivery({ shopId, issue: found, now: clock() });
}

/** What is new since the cursor, up to the newest that is sure. */
type NewEvents = { cursor: Cursor; upTo: bigint; send: SendTrigger; clock: Clock };

async function sendRestocks({
  cursor: { shopId, lastRestockId: restock },
  upTo,
  send,
  clock,
}: NewEvents): Promise<void> {
  for (const found of await notifiedRestocks({ shopId, after: restock, now: clock(), limit: BATCH })) {
    // Meta refused every one of them: nobody was notified, so there is nothing to tell.
    if (found.people > 0) await send(restockPayload(found));
    await saveRestockDelivery({
      shopId,
      restockId: found.restockId,
      variantId: found.variantId,
      now: clock(),
    });
  }
  await finishRestocks({ shopId, upTo });
}

/** @returns whether there may be more. */
async function sendSubscriptions({
  cursor: { shopId, lastSubscriptionId: after },
  upTo,
  send,
  clock,
}: NewEvents): Promise<boolean> {
  const found = await newSubscriptions({ shopId, after, upTo, now: clock(), limit: BATCH });
  const marks = new Map<bigint, number>();
  for (const one of found) {
    const { variantId, subscriptionId, waiting, mark } = one;
    const number = thresholdReached(waiting);
    // Of a line that Flow has not heard of, only what this very yes made full is news.
    if (number > (marks.get(variantId) ?? mark ?? thresholdReached(waiting - 1))) {
      await send(thresholdPayload({ ...one, number }));
      await saveThreshold({ shopId, variantId, number, now: clock() });
      marks.set(variantId, number);
    }
    await send(subscriptionPayload(one));
    await saveCursor({ shopId, joined: subscriptionId });
  }
  if (found.length === BATCH) return true;
  await saveCursor({ shopId, joined: upTo });
  return false;
}

/** One call. What Flow itself refuses counts as told: it would be refused again, and everything behind it would wait for ever. */
async function deliver({
  shopId,
  event,
  clock,
}: {
  shopId: bigint;
  event: TriggerEvent;
  clock: Clock;
}): Promise<Cost | undefined> {
  try {
    const { data, cost } = await adminGraphql<Answer>({
      shopId,
      query: SEND_TRIGGER_MUTATION,
      variables: event,
      clock,
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const refused = data.flowTriggerReceive?.userErrors ?? [];
    if (refused.length > 0) log.error('flow.refused', { shopId, handle: event.handle, refused });
    return cost;
  } catch (error) {
    if (!(error instanceof ShopifyApiError)) throw error;
    if (error.advice !== 'throttled') log.warn('flow.failed', { shopId, error });
    throw new NextRun(error.advice === 'wrong' ? WRONG_AGAIN_MS : error.retryAfterMs);
  }
}
