// Notify Me requests, and the yes: Meta's one-time token becomes a subscription. Encrypted, once, in the place of the first yes.
import type { OptInRequest, Page, Prisma, Shopper, Subscription, Variant } from '@prisma/client';
import type { Tx } from '../db.server.ts';
import { DAY, later } from '../lib/clock.ts';
import { encrypt, keyedHash, keyedHashes } from '../lib/encryption.server.ts';
import { readPayload } from '../messenger/payloads.ts';
import { oneTimeNotification } from '../messenger/permissions/one-time-notification.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';

export async function createOptInRequest({
  tx,
  ...data
}: { tx: Tx } & Prisma.OptInRequestUncheckedCreateInput): Promise<OptInRequest> {
  return tx.optInRequest.create({ data });
}

/** `mid`: Meta's id of the message, where it told one. */
export async function recordRequestSent({
  tx,
  shopId,
  id,
  mid,
  now,
}: {
  tx: Tx;
  shopId: bigint;
  id: bigint;
  mid: string | null;
  now: Date;
}): Promise<void> {
  await tx.optInRequest.updateMany({
    where: { shopId, id },
    data: { sentAt: now, ...(mid === null ? {} : { messageId: mid }) },
  });
}

type OptIn = Extract<MetaEvent, { kind: 'opted_in' }>;

type Request = OptInRequest & { shopper: Shopper & { page: Page }; variant: Variant };

export type SubscribeResult =
  | { outcome: 'waiting'; subscription: Subscription; request: Request }
  | { outcome: 'already_waiting'; request: Request }
  /** The token was seen before: a late copy of an old yes, perhaps of somebody forgotten since. */
  | { outcome: 'spent' }
  /** The person said STOP after this yes. */
  | { outcome: 'stopped' }
  | { outcome: 'unknown_request' };

/** Asking again within this time after the end of an earlier wait keeps the place of the first yes. */
const POSITION_KEPT_MS = 30 * DAY;

/**
 * Saves the token of an opt-in. Safe to run again: a token pays once, a request is accepted once, and one shopper waits once for a variant.
 */
export async function subscribe({
  tx,
  event,
  now,
}: {
  tx: Tx;
  event: OptIn;
  now: Date;
}): Promise<SubscribeResult> {
  const named = readPayload(event.payload);
  if (named?.verb !== 'r') return { outcome: 'unknown_request' };
  const known = await tx.usedGrant.findFirst({
    where: { shopId: named.shopId, grantHash: { in: keyedHashes(event.token) } },
  });
  if (known) return { outcome: 'spent' };
  const request = await tx.optInRequest.findUnique({
    where: { shopId_id: { shopId: named.shopId, id: named.id } },
    include: { shopper: { include: { page: true } }, variant: true },
  });
  const theirs =
    request?.shopper.psid === event.psid && request?.shopper.page.metaPageId === event.metaPageId;
  if (!request || !theirs) return { outcome: 'unknown_request' };
  const { shopId, shopperId, variantId, isTest, shopper } = request;
  const first = await tx.usedGrant.createMany({
    data: [{ grantHash: keyedHash(event.token), shopId, usedOn: new Date(now.toISOString().slice(0, 10)) }],
    skipDuplicates: true,
  });
  if (first.count === 0) return { outcome: 'spent' };
  if (shopper.optedOutAt !== null && event.at <= shopper.optedOutAt) return { outcome: 'stopped' };

  const since = isTest ? event.at : await firstGrant({ tx, shopId, shopperId, variantId, at: event.at });
  const [subscription] = await tx.subscription.createManyAndReturn({
    data: [
      {
        shopId,
        shopperId,
        variantId,
        pageId: shopper.pageId,
        optInRequestId: request.id,
        grantToken: encrypt(event.token, { shopId, purpose: 'one-time token' }),
        isTest,
        waitingSince: since,
        grantedAt: event.at,
        expiresAt: oneTimeNotification.diesAt(event.at),
      },
    ],
    skipDuplicates: true,
  });
  await tx.optInRequest.updateMany({
    where: { shopId, id: request.id, acceptedAt: null },
    data: { acceptedAt: event.at },
  });
  if (subscription === undefined) return { outcome: 'already_waiting', request };
  if (shopper.optedOutAt !== null)
    await tx.shopper.update({ where: { shopId_id: { shopId, id: shopperId } }, data: { optedOutAt: null } });
  return { outcome: 'waiting', subscription, request };
}

/** Since when this shopper counts as waiting: a wait that ended without their own doing a short while ago goes on. */
async function firstGrant({
  tx,
  shopId,
  shopperId,
  variantId,
  at,
}: {
  tx: Tx;
  shopId: bigint;
  shopperId: bigint;
  variantId: bigint;
  at: Date;
}): Promise<Date> {
  const before = await tx.subscription.findFirst({
    where: {
      shopId,
      shopperId,
      variantId,
      isTest: false,
      status: { in: ['notified', 'assumed_notified', 'unknown', 'failed', 'expired'] },
      endedAt: { gte: later(at, -POSITION_KEPT_MS) },
    },
    orderBy: { waitingSince: 'asc' },
  });
  return before !== null && before.waitingSince < at ? before.waitingSince : at;
}
