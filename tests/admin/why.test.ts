// Why somebody was notified, not yet, or not at all: each row of the explanation, and which of two reasons wins.
import { expect, test } from 'vitest';
import { explain, type SubscriptionFacts, type Explanation } from '../../app/reports/explain.ts';

const now = new Date('2026-11-23T10:00:00Z');
const later = new Date('2026-11-23T10:00:08Z');

const waits: SubscriptionFacts = {
  state: 'waiting',
  expiresAt: new Date('2027-11-23T10:00:00Z'),
  page: { issue: null, sending: 'on', gone: false },
  variant: { paused: false, missing: false },
  shopperStopped: false,
  notification: null,
  restock: null,
  checkReason: 'sold_out',
};
const open: NonNullable<SubscriptionFacts['restock']> = {
  held: false,
  quietUntil: null,
  sendAfter: null,
  nextBatchAt: null,
  belowMinimum: false,
  checkDue: false,
  fresh: true,
  notificationQuota: 10,
  claimedCount: 3,
  alreadyNotified: false,
};
const sent = (state: string, reason: string | null = null) => ({ notification: { state, reason } });

const rows: [string, Partial<SubscriptionFacts>, Explanation['answer'], string, (string | null)?][] = [
  ['Meta accepted it', { state: 'notified', ...sent('sent') }, 'notified', 'sent'],
  ['assumed_sent', { state: 'assumed_notified', ...sent('assumed_sent') }, 'notified', 'assumed_sent'],
  ['failed', { state: 'failed', ...sent('failed', 'unavailable') }, 'never', 'failed', 'unavailable'],
  ['fate unknown', { state: 'unknown', ...sent('unknown') }, 'unknown', 'unknown'],
  ['on its way', { state: 'claimed', restock: open, ...sent('sending') }, 'on_its_way', 'under_way'],
  [
    'refused without a word',
    { state: 'claimed', ...sent('unexplained_error') },
    'on_its_way',
    'unexplained_error',
  ],
  ['cancelled', { state: 'cancelled' }, 'never', 'cancelled'],
  ['the person stopped everything', { shopperStopped: true, restock: open }, 'never', 'cancelled'],
  ['expired', { state: 'expired' }, 'never', 'expired'],
  ['about to be marked expired', { expiresAt: now, restock: open }, 'never', 'expired'],
  [
    'the Page is gone',
    { page: { issue: null, sending: 'off', gone: true }, restock: open },
    'never',
    'page_gone',
  ],
  [
    'the Page is unwell',
    { page: { issue: 'reconnect', sending: 'off', gone: false }, restock: open },
    'not_yet',
    'page_trouble',
    'reconnect',
  ],
  [
    'Meta does not answer',
    { page: { issue: 'silence', sending: 'probing', gone: false }, restock: open },
    'not_yet',
    'page_trouble',
    'silence',
  ],
  [
    'an issue that does not stop sending',
    { page: { issue: 'not_subscribed', sending: 'on', gone: false }, restock: open },
    'on_its_way',
    'next_in_line',
  ],
  ['deleted in Shopify', { variant: { paused: false, missing: true } }, 'not_yet', 'missing'],
  ['paused', { variant: { paused: true, missing: false }, restock: open }, 'not_yet', 'paused'],
  ['never looked at', { checkReason: null }, 'not_yet', 'not_looked'],
  ['not back', {}, 'not_yet', 'not_back', 'sold_out'],
  [
    'told in this restock already',
    { restock: { ...open, alreadyNotified: true } },
    'not_yet',
    'told_already',
  ],
  ['held', { restock: { ...open, held: true, sendAfter: later } }, 'not_yet', 'held'],
  ['send delay', { restock: { ...open, sendAfter: later } }, 'not_yet', 'send_delay'],
  ['quiet hours', { restock: { ...open, quietUntil: later, sendAfter: later } }, 'not_yet', 'quiet_hours'],
  [
    'the quota is used up',
    { restock: { ...open, claimedCount: 10, nextBatchAt: later } },
    'not_yet',
    'next_batch',
  ],
  ['and no batch follows', { restock: { ...open, claimedCount: 10 } }, 'not_yet', 'short'],
  ['a check is to come', { restock: { ...open, fresh: false } }, 'on_its_way', 'next_in_line'],
  ['next in line', { restock: { ...open, sendAfter: now } }, 'on_its_way', 'next_in_line'],
];

for (const [name, life, answer, because, detail = null] of rows)
  test(`${name}: ${answer}, because ${because}`, () => {
    expect(explain({ life: { ...waits, ...life }, now })).toEqual({ answer, because, detail });
  });
