// The whole life of one yes: asked, accepted, restock, sent, delivered, read, tapped, bought; and the consent as proof.
import { db } from '../db.server.ts';
import { why, type Why } from './life.ts';

export type LifeRead = {
  subscriptionId: string;
  variant: { variantId: string; productTitle: string; title: string; imageUrl: string | null };
  shopper: string;
  state: string;
  endedAt: Date | null;
  endedBecause: string | null;
  isTest: boolean;
  /** How many wait in front; null when this one does not wait. */
  ahead: number | null;
  why: Why;
  steps: {
    asked: Date | null;
    accepted: Date | null;
    back: Date | null;
    begun: Date | null;
    settled: Date | null;
    delivered: Date | null;
    read: Date | null;
    tapped: Date | null;
    bought: Date | null;
  };
  /** What the shopper said yes to, word for word. */
  consent: { title: string; locale: string; at: Date; until: Date; page: string; mid: string | null };
};

/** null when this shop has no such subscription. */
export async function life({
  shopId,
  subscriptionId,
  now,
}: {
  shopId: bigint;
  subscriptionId: bigint;
  now: Date;
}): Promise<LifeRead | null> {
  const found = await db.subscription.findUnique({
    where: { shopId_id: { shopId, id: subscriptionId } },
    include: {
      request: true,
      shopper: { select: { psid: true, stoppedAt: true } },
      variant: true,
      page: { select: { name: true, trouble: true, disconnectedAt: true } },
      notification: {
        include: {
          restock: { select: { openedAt: true } },
          taps: { orderBy: { at: 'asc' }, take: 1, select: { at: true } },
          sales: { orderBy: { at: 'asc' }, take: 1, select: { at: true } },
        },
      },
    },
  });
  if (found === null) return null;
  const { variant, request, notification, page, shopperId, variantId } = found;
  const [restock, look, ahead] = await Promise.all([
    db.restock.findFirst({
      where: { shopId, variantId, closedAt: null, isTest: found.isTest },
      include: { notifications: { where: { shopperId }, select: { id: true }, take: 1 } },
    }),
    db.look.findFirst({
      where: { shopId, variantId, isTest: found.isTest },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      select: { reason: true },
    }),
    found.state === 'waiting'
      ? countAhead({ shopId, variantId, since: found.since, id: found.id, now })
      : null,
  ]);
  return {
    subscriptionId: String(found.id),
    variant: {
      variantId: String(variant.id),
      productTitle: variant.productTitle,
      title: variant.title,
      imageUrl: variant.imageUrl,
    },
    shopper: found.shopper.psid.slice(-6),
    state: found.state,
    endedAt: found.endedAt,
    endedBecause: found.endedBecause,
    isTest: found.isTest,
    ahead,
    why: why({
      now,
      life: {
        state: found.state,
        expiresAt: found.expiresAt,
        page: { trouble: page.trouble, gone: page.disconnectedAt !== null },
        variant: { paused: variant.pausedAt !== null, missing: variant.missingSince !== null },
        shopperStopped: found.shopper.stoppedAt !== null,
        notification: notification && { state: notification.state, reason: notification.reason },
        restock: restock && {
          held: restock.heldAt !== null,
          holdUntil: restock.holdUntil,
          allowance: restock.allowance,
          told: restock.told,
          toldAlready: restock.notifications.length > 0,
        },
        lookReason: look?.reason ?? null,
      },
    }),
    steps: {
      asked: request.sentAt ?? request.createdAt,
      accepted: found.grantedAt,
      back: notification?.restock.openedAt ?? null,
      begun: notification?.begunAt ?? null,
      settled: notification?.settledAt ?? null,
      delivered: notification?.deliveredAt ?? null,
      read: notification?.readAt ?? null,
      tapped: notification?.taps[0]?.at ?? null,
      bought: notification?.sales[0]?.at ?? null,
    },
    consent: {
      title: request.title,
      locale: request.locale,
      at: found.grantedAt,
      until: found.expiresAt,
      page: page.name,
      mid: request.mid,
    },
  };
}

async function countAhead({
  shopId,
  variantId,
  since,
  id,
  now,
}: {
  shopId: bigint;
  variantId: bigint;
  since: Date;
  id: bigint;
  now: Date;
}): Promise<number> {
  const [row] = await db.$queryRaw<{ ahead: number }[]>`
    SELECT count(*)::int AS ahead FROM "Subscription" s
    WHERE s."shopId" = ${shopId} AND s."variantId" = ${variantId} AND s."state" = 'waiting' AND NOT s."isTest"
      AND s."expiresAt" > ${now} AND (s."since", s."id") < (${since}, ${id})`;
  return row!.ahead;
}
