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
  endReason: string | null;
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
      optInRequest: true,
      shopper: { select: { psid: true, optedOutAt: true } },
      variant: true,
      page: { select: { metaPageId: true, name: true, issue: true, disconnectedAt: true } },
      notification: {
        include: {
          restock: { select: { openedAt: true } },
          linkClicks: { orderBy: { clickedAt: 'asc' }, take: 1, select: { clickedAt: true } },
          attributedOrders: { orderBy: { orderedAt: 'asc' }, take: 1, select: { orderedAt: true } },
        },
      },
    },
  });
  if (found === null) return null;
  const { variant, optInRequest: request, notification, page, shopperId, variantId } = found;
  const [circuits, restock, check, position] = await Promise.all([
    openCircuits([page]),
    db.restock.findFirst({
      where: { shopId, variantId, closedAt: null, isTest: found.isTest },
      include: { notifications: { where: { shopperId }, select: { id: true }, take: 1 } },
    }),
    db.stockCheck.findFirst({
      where: { shopId, variantId, isTest: found.isTest },
      orderBy: [{ checkedAt: 'desc' }, { id: 'desc' }],
      select: { reason: true },
    }),
    found.status === 'waiting'
      ? positionOf({ shopId, variantId, waitingSince: found.waitingSince, id: found.id, now })
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
    state: found.status,
    endedAt: found.endedAt,
    endReason: found.endReason,
    isTest: found.isTest,
    ahead: position && position - 1,
    why: explain({
      now,
      life: {
        state: found.status,
        expiresAt: found.expiresAt,
        page: {
          issue: page.issue ?? circuit,
          sending: sendingThrough({ ...page, circuit }),
          gone: page.disconnectedAt !== null,
        },
        variant: { paused: variant.pausedAt !== null, missing: variant.missingSince !== null },
        shopperStopped: found.shopper.optedOutAt !== null,
        notification: notification && { state: notification.status, reason: notification.failureReason },
        restock: restock && {
          held: restock.heldAt !== null,
          quietUntil: quietEnd({ now, settings: shop }) ?? null,
          sendAfter: restock.sendAfter,
          nextBatchAt: restock.nextBatchAt,
          notificationQuota: restock.notificationQuota,
          claimedCount: restock.claimedCount,
          belowMinimum: check?.reason === 'below_minimum',
          checkDue: variant.checkRequestedVersion > variant.checkedVersion,
          fresh: restock.confirmedAvailableAt > later(now, -CHECK_VALID_MS),
          alreadyNotified: restock.notifications.length > 0,
        },
        checkReason: check?.reason ?? null,
      },
    }),
    steps: {
      asked: request.sentAt ?? request.createdAt,
      accepted: found.grantedAt,
      back: notification?.restock.openedAt ?? null,
      begun: notification?.startedAt ?? null,
      settled: notification?.finishedAt ?? null,
      delivered: notification?.deliveredAt ?? null,
      read: notification?.readAt ?? null,
      tapped: notification?.linkClicks[0]?.clickedAt ?? null,
      bought: notification?.attributedOrders[0]?.orderedAt ?? null,
    },
    consent: {
      title: request.title,
      locale: request.locale,
      at: found.grantedAt,
      until: found.expiresAt,
      page: page.name,
      mid: request.messageId,
    },
  };
}

export type TestProgress = {
  /** `none`: the link was not opened yet; `failed`: Meta did not take the message, with the reason. */
  step: 'none' | 'asked' | 'accepted' | 'under_way' | 'sent' | 'failed';
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
          status: true,
          notification: { select: { status: true, failureReason: true, finishedAt: true } },
        },
      },
    },
  });
  if (request === null) return { step: 'none', subscriptionId: null, reason: null, at: null };
  const { subscription } = request;
  if (subscription === null)
    return { step: 'asked', subscriptionId: null, reason: null, at: request.createdAt };
  const { notification } = subscription;
  const waiting = subscription.status === 'waiting';
  const subscriptionId = waiting ? String(subscription.id) : null;
  if (notification === null)
    return { step: waiting ? 'accepted' : 'none', subscriptionId, reason: null, at: request.acceptedAt };
  const step =
    notification.finishedAt === null
      ? 'under_way'
      : notification.status === 'sent' || notification.status === 'assumed_sent'
        ? 'sent'
        : 'failed';
  return { step, subscriptionId, reason: notification.failureReason, at: notification.finishedAt };
}
