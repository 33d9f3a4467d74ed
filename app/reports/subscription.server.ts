// One subscription from request to order, and the consent as proof.
import { db } from '../db.server.ts';
import { later } from '../lib/clock.ts';
import { sendingThrough } from '../messenger/page-status.ts';
import type { Page } from '../messenger/pages.server.ts';
import { openCircuits } from '../notifications/shop-status.server.ts';
import { quietEnd, type QuietSettings } from '../stock/quiet-hours.ts';
import { CHECK_VALID_MS } from '../stock/restocks.server.ts';
import { positionOf } from '../waitlist/waiting.server.ts';
import { explain, type Explanation } from './explain.ts';

export type SubscriptionDetails = {
  subscriptionId: string;
  variant: { variantId: string; productTitle: string; title: string; imageUrl: string | null };
  shopper: string;
  state: string;
  endedAt: Date | null;
  endedBecause: string | null;
  isTest: boolean;
  /** How many wait in front; null when this one does not wait. */
  ahead: number | null;
  why: Explanation;
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
export async function subscriptionDetails({
  shop,
  subscriptionId,
  now,
}: {
  shop: QuietSettings & { id: bigint };
  subscriptionId: bigint;
  now: Date;
}): Promise<SubscriptionDetails | null> {
  const shopId = shop.id;
  const found = await db.subscription.findUnique({
    where: { shopId_id: { shopId, id: subscriptionId } },
    include: {
      request: true,
      shopper: { select: { psid: true, stoppedAt: true } },
      variant: true,
      page: { select: { metaPageId: true, name: true, trouble: true, disconnectedAt: true } },
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
  const [circuits, restock, look, position] = await Promise.all([
    openCircuits([page]),
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
      ? positionOf({ shopId, variantId, since: found.since, id: found.id, now })
      : null,
  ]);
  const circuit = circuits.get(page.metaPageId) ?? null;
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
    ahead: position && position - 1,
    why: explain({
      now,
      life: {
        state: found.state,
        expiresAt: found.expiresAt,
        page: {
          issue: page.trouble ?? circuit,
          sending: sendingThrough({ ...page, circuit }),
          gone: page.disconnectedAt !== null,
        },
        variant: { paused: variant.pausedAt !== null, missing: variant.missingSince !== null },
        shopperStopped: found.shopper.stoppedAt !== null,
        notification: notification && { state: notification.state, reason: notification.reason },
        restock: restock && {
          held: restock.heldAt !== null,
          quietUntil: quietEnd({ now, settings: shop }) ?? null,
          holdUntil: restock.holdUntil,
          waveAt: restock.waveAt,
          allowance: restock.allowance,
          told: restock.told,
          belowMinimum: look?.reason === 'below_minimum',
          checkDue: variant.wanted > variant.looked,
          fresh: restock.sellableAt > later(now, -CHECK_VALID_MS),
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

export type TestProgress = {
  /** `none`: the link was not opened yet; `refused`: Meta did not take the message, with the reason. */
  step: 'none' | 'asked' | 'accepted' | 'under_way' | 'sent' | 'refused';
  subscriptionId: string | null;
  reason: string | null;
  at: Date | null;
};

/** The newest test on this Page since it was connected: an earlier connection proves nothing of this one. */
export async function testProgress({
  page: { shopId, id: pageId, connectedAt },
}: {
  page: Pick<Page, 'shopId' | 'id' | 'connectedAt'>;
}): Promise<TestProgress> {
  const request = await db.optInRequest.findFirst({
    where: { shopId, isTest: true, shopper: { pageId }, createdAt: { gte: connectedAt } },
    orderBy: { id: 'desc' },
    select: {
      createdAt: true,
      acceptedAt: true,
      subscription: {
        select: {
          id: true,
          state: true,
          notification: { select: { state: true, reason: true, settledAt: true } },
        },
      },
    },
  });
  if (request === null) return { step: 'none', subscriptionId: null, reason: null, at: null };
  const { subscription } = request;
  if (subscription === null)
    return { step: 'asked', subscriptionId: null, reason: null, at: request.createdAt };
  const { notification } = subscription;
  const waiting = subscription.state === 'waiting';
  const subscriptionId = waiting ? String(subscription.id) : null;
  if (notification === null)
    return { step: waiting ? 'accepted' : 'none', subscriptionId, reason: null, at: request.acceptedAt };
  const step =
    notification.settledAt === null
      ? 'under_way'
      : notification.state === 'sent' || notification.state === 'presumed'
        ? 'sent'
        : 'refused';
  return { step, subscriptionId, reason: notification.reason, at: notification.settledAt };
}
