// How far the merchant's own test has come: each step as it stands in the same tables as a shopper's.
import { db } from '../db.server.ts';
import type { Page } from '../messenger/pages.server.ts';

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
