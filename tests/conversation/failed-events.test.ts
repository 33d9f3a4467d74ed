// Events whose handling keeps failing are parked, shown, and taken up again: by the merchant, after a release, when the cause is mended.
import { expect, test } from 'vitest';
import {
  failedEvents,
  MAX_ATTEMPTS,
  retryAfterRelease,
  retryFailedEvents,
} from '../../app/conversation/event-store.server.ts';
import { db } from '../../app/db.server.ts';
import { clock, enter, openPlace, pass, type Chat } from '../messenger/chat.ts';
import { FAULTS, type Mend } from './failures.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

/** Works until every event that fails is parked. */
async function untilParked(chat: Chat): Promise<void> {
  await chat.untilIdle();
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    pass(2 ** attempt);
    await chat.work();
  }
}
const breakCommits = (chat: Chat): Mend | Promise<Mend> => FAULTS['nothing can be committed']!.fault(chat);
const shown = async ({ shopId }: Chat) => (await failedEvents({ shopId })).map(({ kind }) => kind);

test('a parked arrival is shown to its own merchant, and asked once it is retried', async () => {
  const chat = enter(await openPlace());
  const other = enter(await openPlace());
  const mend = await breakCommits(chat);
  chat.open(chat.ref());
  await untilParked(chat);
  await mend();
  expect(await shown(chat)).toEqual(['not_handled']);
  expect(await shown(other)).toEqual([]);
  expect(await retryFailedEvents({ whose: { shopId: other.shopId }, now: clock() })).toBe(0);
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(0);
  expect(await retryFailedEvents({ whose: { shopId: chat.shopId }, now: clock() })).toBe(1);
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(2);
  expect(await shown(chat)).toEqual([]);
});

test('what fails again is parked again after one try, and what the person did since is answered meanwhile', async () => {
  const chat = enter(await openPlace());
  chat.open(chat.ref());
  await chat.untilIdle();
  await chat.post({ what: { postback: { title: 'x', payload: 'start1', mid: 'm_parked' } } });
  const [event] = await db.webhookEvent.findMany({ where: { metaPageId: chat.metaPageId } });
  // Its key is lost: it can't be opened.
  await db.webhookEvent.update({
    where: { id: event!.id },
    data: { body: Buffer.from('encrypted with a lost key') },
  });
  pass(1);
  chat.phone.write('stop');
  await untilParked(chat);
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('optOut.done'));
  await retryFailedEvents({ whose: 'everybody', now: clock() });
  await chat.work();
  expect(await shown(chat)).toEqual(['not_handled']);
  await db.webhookEvent.update({ where: { id: event!.id }, data: { body: event!.body } });
  await retryAfterRelease({ now: clock() });
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(fixedPart('arrive.noRef'));
  expect(await shown(chat)).toEqual([]);
});

test('a STOP that is taken up late ends what was agreed before it, and nothing that was agreed since', async () => {
  const place = await openPlace();
  const chat = enter(place);
  await chat.subscribe();
  pass(1);
  const mend = await breakCommits(chat);
  chat.phone.write('stop');
  await untilParked(chat);
  await mend();
  await chat.subscribe({ variantId: chat.soldOut[1]! });
  await retryFailedEvents({ whose: { metaPageId: chat.metaPageId }, now: clock() });
  await chat.untilIdle();
  expect((await chat.subscriptions()).map(({ status: state }) => state)).toEqual(['cancelled', 'waiting']);
  expect(await db.shopper.findFirstOrThrow({ where: { psid: chat.psid() } })).toMatchObject({
    optedOutAt: null,
  });
});

test('a day later a STOP still counts, and nothing is said any more to what a person asked', async () => {
  const place = await openPlace();
  const [asks, stops] = [enter(place), enter(place)];
  await stops.subscribe();
  const before = stops.said().length;
  pass(1);
  const mend = await breakCommits(asks);
  asks.open(asks.ref());
  stops.phone.write('stop');
  await untilParked(asks);
  await mend();
  pass(86_400);
  await retryFailedEvents({ whose: 'everybody', now: clock() });
  await asks.untilIdle();
  expect([asks.said().length, stops.said().length]).toEqual([0, before]);
  // Nor is a question noted that nobody was asked: their next words would be taken for its answer.
  expect(await db.optInRequest.count({ where: { shopper: { psid: asks.psid() } } })).toBe(0);
  expect((await stops.subscriptions()).map(({ status: state }) => state)).toEqual(['cancelled']);
  expect(await asks.unfinished()).toBe(0);
});

test('what an earlier release did not understand is handled by one that does; what nobody understands stays', async () => {
  const chat = enter(await openPlace());
  await chat.subscribe();
  pass(1);
  await chat.post({ what: { telepathy: {} } });
  await chat.untilIdle();
  chat.phone.write('stop');
  await chat.messenger.untilIdle();
  const [event] = await db.webhookEvent.findMany({ where: { metaPageId: chat.metaPageId, failure: null } });
  await db.webhookEvent.update({
    where: { id: event!.id },
    data: { failure: 'unrecognized', failureDetail: 'unknown event: message' },
  });
  await db.processedEvent.create({ data: { eventKey: event!.eventKey, processedOn: clock() } });
  await chat.untilIdle();
  expect((await chat.subscriptions()).map(({ status: state }) => state)).toEqual(['waiting']);
  await retryAfterRelease({ now: clock() });
  await chat.untilIdle();
  expect((await chat.subscriptions()).map(({ status: state }) => state)).toEqual(['cancelled']);
  expect(await chat.problems()).toMatchObject([
    { failure: 'unrecognized', failureDetail: 'unknown event: telepathy' },
  ]);
});
