// Events whose handling keeps failing are parked, shown, and taken up again: by the merchant, after a release, when the cause is mended.
import { expect, test } from 'vitest';
import {
  failedEvents,
  MAX_ATTEMPTS,
  retryAfterRelease,
  retryFailedEvents,
} from '../../app/conversation/event-store.server.ts';
import { db } from '../../app/db.server.ts';
import { clock, enter, openPlace, pass, type Scene } from '../messenger/stage.ts';
import { FAULTS, type Mend } from './breaks.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

/** Works until every event that fails is parked. */
async function untilParked(scene: Scene): Promise<void> {
  await scene.settle();
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    pass(2 ** attempt);
    await scene.work();
  }
}
const breakCommits = (scene: Scene): Mend | Promise<Mend> => FAULTS['nothing can be committed']!.fault(scene);
const shown = async ({ shopId }: Scene) => (await failedEvents({ shopId })).map(({ kind }) => kind);

test('a parked arrival is shown to its own merchant, and asked once it is retried', async () => {
  const scene = enter(await openPlace());
  const other = enter(await openPlace());
  const mend = await breakCommits(scene);
  scene.open(scene.ref());
  await untilParked(scene);
  await mend();
  expect(await shown(scene)).toEqual(['not_handled']);
  expect(await shown(other)).toEqual([]);
  expect(await retryFailedEvents({ whose: { shopId: other.shopId }, now: clock() })).toBe(0);
  await scene.settle();
  expect(scene.said()).toHaveLength(0);
  expect(await retryFailedEvents({ whose: { shopId: scene.shopId }, now: clock() })).toBe(1);
  await scene.settle();
  expect(scene.said()).toHaveLength(2);
  expect(await shown(scene)).toEqual([]);
});

test('what fails again is parked again after one try, and what the person did since is answered meanwhile', async () => {
  const scene = enter(await openPlace());
  scene.open(scene.ref());
  await scene.settle();
  await scene.post({ what: { postback: { title: 'x', payload: 'start1', mid: 'm_parked' } } });
  const [event] = await db.webhookEvent.findMany({ where: { metaPageId: scene.metaPageId } });
  // Its key is lost: it can't be opened.
  await db.webhookEvent.update({
    where: { id: event!.id },
    data: { body: Buffer.from('encrypted with a lost key') },
  });
  pass(1);
  scene.phone.write('stop');
  await untilParked(scene);
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('optOut.done'));
  await retryFailedEvents({ whose: 'everybody', now: clock() });
  await scene.work();
  expect(await shown(scene)).toEqual(['not_handled']);
  await db.webhookEvent.update({ where: { id: event!.id }, data: { body: event!.body } });
  await retryAfterRelease({ now: clock() });
  await scene.settle();
  expect(scene.lastSaid()).toContain(fixedPart('arrive.noRef'));
  expect(await shown(scene)).toEqual([]);
});

test('a STOP that is taken up late ends what was agreed before it, and nothing that was agreed since', async () => {
  const place = await openPlace();
  const scene = enter(place);
  await scene.subscribe();
  pass(1);
  const mend = await breakCommits(scene);
  scene.phone.write('stop');
  await untilParked(scene);
  await mend();
  await scene.subscribe({ variantId: scene.soldOut[1]! });
  await retryFailedEvents({ whose: { metaPageId: scene.metaPageId }, now: clock() });
  await scene.settle();
  expect((await scene.subscriptions()).map(({ status: state }) => state)).toEqual(['cancelled', 'waiting']);
  expect(await db.shopper.findFirstOrThrow({ where: { psid: scene.psid() } })).toMatchObject({
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
  await asks.settle();
  expect([asks.said().length, stops.said().length]).toEqual([0, before]);
  // Nor is a question noted that nobody was asked: their next words would be taken for its answer.
  expect(await db.optInRequest.count({ where: { shopper: { psid: asks.psid() } } })).toBe(0);
  expect((await stops.subscriptions()).map(({ status: state }) => state)).toEqual(['cancelled']);
  expect(await asks.unfinished()).toBe(0);
});

test('what an earlier release did not understand is handled by one that does; what nobody understands stays', async () => {
  const scene = enter(await openPlace());
  await scene.subscribe();
  pass(1);
  await scene.post({ what: { telepathy: {} } });
  await scene.settle();
  scene.phone.write('stop');
  await scene.messenger.settle();
  const [event] = await db.webhookEvent.findMany({ where: { metaPageId: scene.metaPageId, failure: null } });
  await db.webhookEvent.update({
    where: { id: event!.id },
    data: { failure: 'unrecognized', failureDetail: 'unknown event: message' },
  });
  await db.processedEvent.create({ data: { eventKey: event!.eventKey, processedOn: clock() } });
  await scene.settle();
  expect((await scene.subscriptions()).map(({ status: state }) => state)).toEqual(['waiting']);
  await retryAfterRelease({ now: clock() });
  await scene.settle();
  expect((await scene.subscriptions()).map(({ status: state }) => state)).toEqual(['cancelled']);
  expect(await scene.problems()).toMatchObject([
    { failure: 'unrecognized', failureDetail: 'unknown event: telepathy' },
  ]);
});
