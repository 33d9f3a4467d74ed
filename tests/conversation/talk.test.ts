// The conversation beyond its first question: names, links, sizes, alerts, answers to a notice, STOP, and Pages that shops share.
import { expect, test } from 'vitest';
import { createTestLink } from '../../app/conversation/arrival.server.ts';
import { db } from '../../app/db.server.ts';
import { makePayload } from '../../app/messenger/payloads.ts';
import { clock, pass, type Scene, setScene } from '../messenger/stage.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

const requests = (scene: Scene) =>
  scene.said().filter((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req');
const tap = async (scene: Scene, title: string) => {
  scene.phone.tapButton(scene.bubbleWith(title), title);
  await scene.settle();
};

test('the ref got lost: we ask, a name finds the product, a tap chooses the size, and the size is asked for', async () => {
  const scene = await setScene();
  scene.phone.openLink(`https://m.me/${scene.metaPageId}?ref=${scene.ref()}`, { dropRef: true });
  scene.phone.tapGetStarted();
  await scene.settle();
  scene.phone.write('linen');
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('find.option', { product: 'Linen shirt' }));
  await tap(scene, 'M');
  expect(requests(scene).at(-1)!.content.attachment!.payload.title).toContain('Linen shirt, M');
});

test('a size that is written instead of tapped is understood, and nonsense is asked again', async () => {
  const scene = await setScene();
  await scene.post({ what: { postback: { title: 'Get Started', payload: 'start1', mid: 'm_gs' } } });
  await scene.settle();
  scene.phone.write('umbrella', scene.metaPageId);
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('find.none'));
  scene.phone.write('Linen shirt', scene.metaPageId);
  await scene.settle();
  scene.phone.write('m', scene.metaPageId);
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('request.title', { product: 'Linen shirt, M' }));
});

test('several products of one name are shown as cards, and one is picked', async () => {
  const scene = await setScene();
  for (const title of ['Linen dress', 'Linen hat'])
    scene.shopify.store.createProduct({ shop: scene.domain, title, variants: [{}] });
  await scene.post({
    what: { postback: { title: 'Get Started', payload: 'start1', mid: `m_${scene.personId}` } },
  });
  await scene.settle();
  scene.phone.write('linen', scene.metaPageId);
  await scene.settle();
  const cards = scene.said().at(-1)!.content.attachment!.payload.elements!;
  expect(cards.map((one) => one.title).sort()).toEqual(['Linen dress', 'Linen hat', 'Linen shirt']);
  const hat = cards.find((one) => one.title === 'Linen hat')!;
  await scene.post({
    what: {
      postback: {
        title: ourText('button.select'),
        payload: hat.buttons![0]!.payload!,
        mid: `m2_${scene.personId}`,
      },
    },
  });
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('request.title', { product: 'Linen hat' }));
});

test('one more size with one tap: only those sold out and not yet waited for are offered', async () => {
  const scene = await setScene();
  await scene.subscribe();
  await tap(scene, ourText('button.more'));
  expect(
    scene
      .said()
      .at(-1)!
      .content.quick_replies!.map((one) => one.title),
  ).toEqual(['M']);
  await tap(scene, 'M');
  scene.phone.tapNotifyMe();
  await scene.settle();
  expect(await scene.subscriptions()).toHaveLength(2);
  await tap(scene, ourText('button.more'));
  expect(scene.lastSaid()).toContain(ourText('more.none', { product: 'Linen shirt' }));
});

test('my alerts shows each wait with its place, and ends one by one', async () => {
  const scene = await setScene();
  await scene.subscribe();
  pass(1);
  await scene.subscribe({ variantId: scene.soldOut[1]! });
  scene.phone.write('My alerts');
  await scene.settle();
  const [cards, summary] = scene.said().slice(-2);
  expect(cards!.content.attachment!.payload.elements).toHaveLength(2);
  expect(JSON.stringify(cards!.content)).toContain(fixedPart('alerts.line'));
  expect(JSON.stringify(summary!.content)).toContain(ourText('alerts.count', { count: 2 }));
  scene.phone.tapButton(cards!.mid, ourText('button.cancel'));
  await scene.settle();
  expect((await scene.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'waiting']);
  const [stopped] = await scene.subscriptions();
  expect(stopped).toMatchObject({ grantToken: null, endReason: 'shopper_cancelled' });
  scene.phone.tapButton(summary!.mid, ourText('button.optOut'));
  await scene.settle();
  expect((await scene.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'cancelled']);
});

test('STOP ends every wait in every shop of the Page, is remembered, and a new yes is a new yes', async () => {
  const scene = await setScene({ shops: 2 });
  await scene.subscribe();
  pass(1);
  await scene.subscribe({ shop: scene.shops[1]! });
  expect(await scene.subscriptions()).toHaveLength(2);
  scene.phone.write('STOP');
  await scene.settle();
  expect((await scene.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'cancelled']);
  const people = await db.shopper.findMany({ where: { psid: scene.psid() } });
  expect(people).toHaveLength(2);
  for (const person of people) expect(person.optedOutAt).not.toBeNull();
  pass(1);
  await scene.subscribe();
  const [again] = (await scene.subscriptions()).slice(-1);
  expect(again!.status).toBe('waiting');
  const back = await db.shopper.findFirstOrThrow({ where: { id: again!.shopperId } });
  expect(back.optedOutAt).toBeNull();
});

test('a yes that was tapped before STOP and arrives after it does not count', async () => {
  const scene = await setScene();
  scene.open(scene.ref());
  await scene.settle();
  scene.messenger.dials.webhooks.hold = true;
  const [request] = await db.optInRequest.findMany({ where: { shopId: scene.shopId } });
  const before = clock();
  scene.messenger.resetDials();
  pass(5);
  scene.phone.write('stop');
  await scene.settle();
  const payload = makePayload({ verb: 'r', shopId: scene.shopId, id: request!.id });
  const optin = { type: 'one_time_notif_req', payload, one_time_notif_token: 'late-token' };
  await scene.post({ what: { optin }, at: before });
  await scene.settle();
  expect(await scene.subscriptions()).toHaveLength(0);
});

test('answers to a notice: no thanks ends it, next time asks again and keeps the first place, others stop', async () => {
  const scene = await setScene();
  await scene.subscribe();
  pass(1);
  await scene.subscribe({ variantId: scene.soldOut[1]! });
  const [first] = await scene.subscriptions();
  await db.subscription.updateMany({
    where: { id: first!.id },
    data: { status: 'notified', grantToken: null, endedAt: clock() },
  });
  const press = async (verb: 'no' | 'next' | 'others') => {
    const payload = makePayload({ verb, shopId: scene.shopId, id: first!.id });
    await scene.post({ what: { postback: { title: verb, payload, mid: `${verb}-${scene.personId}` } } });
    await scene.settle();
  };
  await press('no');
  expect(scene.lastSaid()).toContain(ourText('notification.declined', { product: 'Linen shirt, S' }));
  await tap(scene, ourText('button.cancelOthers'));
  expect((await scene.subscriptions()).map((one) => one.status)).toEqual(['notified', 'cancelled']);
  pass(60);
  await press('next');
  expect(scene.lastSaid()).toContain(ourText('request.title', { product: 'Linen shirt, S' }));
  scene.phone.tapNotifyMe();
  await scene.settle();
  const again = (await scene.subscriptions()).at(-1)!;
  expect(again.status).toBe('waiting');
  expect(again.waitingSince).toEqual(first!.waitingSince);
});

test('two shops share a Page: each ref finds its shop, each person is known where they asked', async () => {
  const scene = await setScene({ shops: 2 });
  await scene.subscribe({ shop: scene.shops[1]! });
  const [subscription] = await scene.subscriptions();
  expect(subscription!.shopId).toBe(scene.shops[1]!.shopId);
  scene.phone.write('my alerts');
  await scene.settle();
  expect(
    JSON.stringify(
      scene
        .said()
        .slice(-2)
        .map((one) => one.content),
    ),
  ).toContain(fixedPart('alerts.line'));
});

test('the place in line is told unasked only when waves are likely', async () => {
  const scene = await setScene();
  await db.shop.update({ where: { id: scene.shopId }, data: { shoppersPerUnit: 1 } });
  await scene.subscribe();
  expect(scene.lastSaid()).not.toContain(fixedPart('position'));
  await db.shop.update({ where: { id: scene.shopId }, data: { shoppersPerUnit: 0 } });
  pass(1);
  await scene.subscribe({ variantId: scene.soldOut[1]! });
  expect(scene.lastSaid()).toContain(ourText('position', { position: 1 }));
});

test('the merchant’s own test: the real card, the real yes, marked as a test, and no look is asked for', async () => {
  const scene = await setScene();
  const link = await createTestLink({ shopId: scene.shopId, now: clock() });
  scene.open(new URL(link!).searchParams.get('ref')!);
  await scene.settle();
  scene.phone.tapNotifyMe();
  await scene.settle();
  const [subscription] = await scene.subscriptions();
  expect(subscription).toMatchObject({ isTest: true, status: 'waiting' });
  expect(scene.lastSaid()).toContain(fixedPart('test.confirm'));
  const variant = await db.variant.findFirstOrThrow({ where: { shopId: scene.shopId } });
  expect(variant.checkRequestedVersion).toBe(0n);
  scene.open(new URL(link!).searchParams.get('ref')!);
  await scene.settle();
  scene.phone.tapNotifyMe();
  await scene.settle();
  expect((await scene.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'waiting']);
  pass(2 * 86_400);
  scene.open(new URL(link!).searchParams.get('ref')!);
  await scene.settle();
  expect(scene.lastSaid()).toContain(fixedPart('arrive.badRef'));
});

test('the Page may not ask: the shopper hears it, the merchant sees it, whichever way Meta says so', async () => {
  const { plausiblePermissionFaults } = await import('../../simulators/messenger/messenger.ts');
  for (const fault of Object.values(plausiblePermissionFaults)) {
    const scene = await setScene();
    await db.page.updateMany({ where: { shopId: scene.shopId }, data: { testPassedAt: null } });
    scene.messenger.world.pages.get(scene.metaPageId)!.otnEnabled = false;
    scene.messenger.dials.otnPermissionFault = fault;
    scene.open(scene.ref());
    await scene.settle();
    scene.messenger.resetDials();
    expect(scene.lastSaid()).toContain(ourText('request.unavailable'));
    const page = await db.page.findFirstOrThrow({ where: { shopId: scene.shopId } });
    expect(page.issue).toBe('not_granted');
    scene.messenger.world.pages.get(scene.metaPageId)!.otnEnabled = true;
    pass(1);
    scene.open(scene.ref());
    await scene.settle();
    expect((await db.page.findFirstOrThrow({ where: { shopId: scene.shopId } })).issue).toBeNull();
  }
});

test('the token dies: the reply waits for the Page, the merchant sees it, and it is said once mended', async () => {
  const scene = await setScene();
  const stop = scene.messenger.disturb({ kind: 'refuse', fault: { code: 190, message: 'dead' }, times: 99 });
  scene.open(scene.ref());
  await scene.settle();
  expect((await db.page.findFirstOrThrow({ where: { shopId: scene.shopId } })).issue).toBe('reconnect');
  expect(scene.said()).toHaveLength(0);
  stop();
  pass(61);
  await scene.settle();
  expect(scene.said()).toHaveLength(2);
});

test('a nasty name, an endless name and no name at all: the question is asked within Meta’s limits', async () => {
  const scene = await setScene();
  const titles = ['👩‍👩‍👧‍👦'.repeat(30), '<b>{shop}</b> "quotes" \\ {', 'A '.repeat(200)];
  for (const title of titles) {
    const product = scene.shopify.store.createProduct({ shop: scene.domain, title, variants: [{}] });
    pass(1);
    scene.open(scene.ref({ variantId: product.variantIds[0]! }));
    await scene.settle();
    expect(requests(scene).at(-1)!.content.attachment!.payload.title).toContain(fixedPart('request.title'));
  }
  expect(requests(scene)).toHaveLength(3);
  expect(scene.messenger.refusals().filter((one) => one.pageId === scene.metaPageId)).toEqual([]);
});

test('Meta blocks the Page: the merchant sees it at once and reads why; unblocked, all is well', async () => {
  const scene = await setScene();
  const trouble = async () => (await db.page.findFirstOrThrow({ where: { shopId: scene.shopId } })).issue;
  const meta = scene.messenger.inbox(scene.metaPageId);
  meta.enforcePolicy({ action: 'block', reason: 'Too many complaints.' });
  await scene.settle();
  expect(await trouble()).toBe('blocked');
  expect((await scene.problems())[0]).toMatchObject({
    failure: 'policy',
    failureDetail: 'block Too many complaints.',
  });
  pass(1);
  meta.enforcePolicy({ action: 'unblock', reason: '' });
  await scene.settle();
  expect(await trouble()).toBeNull();
});
