// The conversation beyond its first question: names, links, options, alerts, buttons of a notification, STOP, and Pages that shops share.
import { expect, test } from 'vitest';
import { createTestLink } from '../../app/conversation/arrival.server.ts';
import { db } from '../../app/db.server.ts';
import { makePayload } from '../../app/messenger/payloads.ts';
import { clock, pass, type Chat, openChat } from '../messenger/chat.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

const requests = (chat: Chat) =>
  chat.said().filter((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req');
const tap = async (chat: Chat, title: string) => {
  chat.phone.tapButton(chat.bubbleWith(title), title);
  await chat.untilIdle();
};

test('the ref got lost: we ask, a name finds the product, a tap chooses the size, and the size is asked for', async () => {
  const chat = await openChat();
  chat.phone.openLink(`https://m.me/${chat.metaPageId}?ref=${chat.ref()}`, { dropRef: true });
  chat.phone.tapGetStarted();
  await chat.untilIdle();
  chat.phone.write('linen');
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('find.option', { product: 'Linen shirt' }));
  await tap(chat, 'M');
  expect(requests(chat).at(-1)!.content.attachment!.payload.title).toContain('Linen shirt, M');
});

test('a size that is written instead of tapped is understood, and nonsense is asked again', async () => {
  const chat = await openChat();
  await chat.post({ what: { postback: { title: 'Get Started', payload: 'start1', mid: 'm_gs' } } });
  await chat.untilIdle();
  chat.phone.write('umbrella', chat.metaPageId);
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('find.none'));
  chat.phone.write('Linen shirt', chat.metaPageId);
  await chat.untilIdle();
  chat.phone.write('m', chat.metaPageId);
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('request.title', { product: 'Linen shirt, M' }));
});

test('several products of one name are shown as cards, and one is picked', async () => {
  const chat = await openChat();
  for (const title of ['Linen dress', 'Linen hat'])
    chat.shopify.store.createProduct({ shop: chat.domain, title, variants: [{}] });
  await chat.post({
    what: { postback: { title: 'Get Started', payload: 'start1', mid: `m_${chat.personId}` } },
  });
  await chat.untilIdle();
  chat.phone.write('linen', chat.metaPageId);
  await chat.untilIdle();
  const cards = chat.said().at(-1)!.content.attachment!.payload.elements!;
  expect(cards.map((one) => one.title).sort()).toEqual(['Linen dress', 'Linen hat', 'Linen shirt']);
  const hat = cards.find((one) => one.title === 'Linen hat')!;
  await chat.post({
    what: {
      postback: {
        title: ourText('button.select'),
        payload: hat.buttons![0]!.payload!,
        mid: `m2_${chat.personId}`,
      },
    },
  });
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('request.title', { product: 'Linen hat' }));
});

test('one more size with one tap: only those sold out and not yet waited for are offered', async () => {
  const chat = await openChat();
  await chat.subscribe();
  await tap(chat, ourText('button.more'));
  expect(
    chat
      .said()
      .at(-1)!
      .content.quick_replies!.map((one) => one.title),
  ).toEqual(['M']);
  await tap(chat, 'M');
  chat.phone.tapNotifyMe();
  await chat.untilIdle();
  expect(await chat.subscriptions()).toHaveLength(2);
  await tap(chat, ourText('button.more'));
  expect(chat.lastReply()).toContain(ourText('more.none', { product: 'Linen shirt' }));
});

test('my alerts shows each wait with its place, and ends one by one', async () => {
  const chat = await openChat();
  await chat.subscribe();
  pass(1);
  await chat.subscribe({ variantId: chat.soldOut[1]! });
  chat.phone.write('My alerts');
  await chat.untilIdle();
  const [cards, summary] = chat.said().slice(-2);
  expect(cards!.content.attachment!.payload.elements).toHaveLength(2);
  expect(JSON.stringify(cards!.content)).toContain(fixedPart('alerts.line'));
  expect(JSON.stringify(summary!.content)).toContain(ourText('alerts.count', { count: 2 }));
  chat.phone.tapButton(cards!.mid, ourText('button.cancel'));
  await chat.untilIdle();
  expect((await chat.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'waiting']);
  const [stopped] = await chat.subscriptions();
  expect(stopped).toMatchObject({ grantToken: null, endReason: 'shopper_cancelled' });
  chat.phone.tapButton(summary!.mid, ourText('button.optOut'));
  await chat.untilIdle();
  expect((await chat.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'cancelled']);
});

test('STOP ends every wait in every shop of the Page, is remembered, and a new yes is a new yes', async () => {
  const chat = await openChat({ shops: 2 });
  await chat.subscribe();
  pass(1);
  await chat.subscribe({ shop: chat.shops[1]! });
  expect(await chat.subscriptions()).toHaveLength(2);
  chat.phone.write('STOP');
  await chat.untilIdle();
  expect((await chat.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'cancelled']);
  const people = await db.shopper.findMany({ where: { psid: chat.psid() } });
  expect(people).toHaveLength(2);
  for (const person of people) expect(person.optedOutAt).not.toBeNull();
  pass(1);
  await chat.subscribe();
  const [again] = (await chat.subscriptions()).slice(-1);
  expect(again!.status).toBe('waiting');
  const back = await db.shopper.findFirstOrThrow({ where: { id: again!.shopperId } });
  expect(back.optedOutAt).toBeNull();
});

test('a yes that was tapped before STOP and arrives after it does not count', async () => {
  const chat = await openChat();
  chat.open(chat.ref());
  await chat.untilIdle();
  chat.messenger.faultOptions.webhooks.hold = true;
  const [request] = await db.optInRequest.findMany({ where: { shopId: chat.shopId } });
  const before = clock();
  chat.messenger.resetFaultOptions();
  pass(5);
  chat.phone.write('stop');
  await chat.untilIdle();
  const payload = makePayload({ verb: 'r', shopId: chat.shopId, id: request!.id });
  const optin = { type: 'one_time_notif_req', payload, one_time_notif_token: 'late-token' };
  await chat.post({ what: { optin }, at: before });
  await chat.untilIdle();
  expect(await chat.subscriptions()).toHaveLength(0);
});

test('answers to a notice: no thanks ends it, next time asks again and keeps the first place, others stop', async () => {
  const chat = await openChat();
  await chat.subscribe();
  pass(1);
  await chat.subscribe({ variantId: chat.soldOut[1]! });
  const [first] = await chat.subscriptions();
  await db.subscription.updateMany({
    where: { id: first!.id },
    data: { status: 'notified', grantToken: null, endedAt: clock() },
  });
  const press = async (verb: 'no' | 'next' | 'others') => {
    const payload = makePayload({ verb, shopId: chat.shopId, id: first!.id });
    await chat.post({ what: { postback: { title: verb, payload, mid: `${verb}-${chat.personId}` } } });
    await chat.untilIdle();
  };
  await press('no');
  expect(chat.lastReply()).toContain(ourText('notification.declined', { product: 'Linen shirt, S' }));
  await tap(chat, ourText('button.cancelOthers'));
  expect((await chat.subscriptions()).map((one) => one.status)).toEqual(['notified', 'cancelled']);
  pass(60);
  await press('next');
  expect(chat.lastReply()).toContain(ourText('request.title', { product: 'Linen shirt, S' }));
  chat.phone.tapNotifyMe();
  await chat.untilIdle();
  const again = (await chat.subscriptions()).at(-1)!;
  expect(again.status).toBe('waiting');
  expect(again.waitingSince).toEqual(first!.waitingSince);
});

test('two shops share a Page: each ref finds its shop, each person is known where they asked', async () => {
  const chat = await openChat({ shops: 2 });
  await chat.subscribe({ shop: chat.shops[1]! });
  const [subscription] = await chat.subscriptions();
  expect(subscription!.shopId).toBe(chat.shops[1]!.shopId);
  chat.phone.write('my alerts');
  await chat.untilIdle();
  expect(
    JSON.stringify(
      chat
        .said()
        .slice(-2)
        .map((one) => one.content),
    ),
  ).toContain(fixedPart('alerts.line'));
});

test('the place in line is told unasked only when waves are likely', async () => {
  const chat = await openChat();
  await db.shop.update({ where: { id: chat.shopId }, data: { shoppersPerUnit: 1 } });
  await chat.subscribe();
  expect(chat.lastReply()).not.toContain(fixedPart('position'));
  await db.shop.update({ where: { id: chat.shopId }, data: { shoppersPerUnit: 0 } });
  pass(1);
  await chat.subscribe({ variantId: chat.soldOut[1]! });
  expect(chat.lastReply()).toContain(ourText('position', { position: 1 }));
});

test('the merchant’s own test: the real card, the real yes, marked as a test, and no look is asked for', async () => {
  const chat = await openChat();
  const link = await createTestLink({ shopId: chat.shopId, now: clock() });
  chat.open(new URL(link!).searchParams.get('ref')!);
  await chat.untilIdle();
  chat.phone.tapNotifyMe();
  await chat.untilIdle();
  const [subscription] = await chat.subscriptions();
  expect(subscription).toMatchObject({ isTest: true, status: 'waiting' });
  expect(chat.lastReply()).toContain(fixedPart('test.confirm'));
  const variant = await db.variant.findFirstOrThrow({ where: { shopId: chat.shopId } });
  expect(variant.checkRequestedVersion).toBe(0n);
  chat.open(new URL(link!).searchParams.get('ref')!);
  await chat.untilIdle();
  chat.phone.tapNotifyMe();
  await chat.untilIdle();
  expect((await chat.subscriptions()).map((one) => one.status)).toEqual(['cancelled', 'waiting']);
  pass(2 * 86_400);
  chat.open(new URL(link!).searchParams.get('ref')!);
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(fixedPart('arrive.badRef'));
});

test('the Page may not ask: the shopper hears it, the merchant sees it, whichever way Meta says so', async () => {
  const { plausiblePermissionFaults } = await import('../../simulators/messenger/messenger.ts');
  for (const fault of Object.values(plausiblePermissionFaults)) {
    const chat = await openChat();
    await db.page.updateMany({ where: { shopId: chat.shopId }, data: { testPassedAt: null } });
    chat.messenger.world.pages.get(chat.metaPageId)!.otnEnabled = false;
    chat.messenger.faultOptions.otnPermissionFault = fault;
    chat.open(chat.ref());
    await chat.untilIdle();
    chat.messenger.resetFaultOptions();
    expect(chat.lastReply()).toContain(ourText('request.unavailable'));
    const page = await db.page.findFirstOrThrow({ where: { shopId: chat.shopId } });
    expect(page.issue).toBe('not_granted');
    chat.messenger.world.pages.get(chat.metaPageId)!.otnEnabled = true;
    pass(1);
    chat.open(chat.ref());
    await chat.untilIdle();
    expect((await db.page.findFirstOrThrow({ where: { shopId: chat.shopId } })).issue).toBeNull();
  }
});

test('the token dies: the reply waits for the Page, the merchant sees it, and it is said once mended', async () => {
  const chat = await openChat();
  const stop = chat.messenger.disturb({ kind: 'refuse', fault: { code: 190, message: 'dead' }, times: 99 });
  chat.open(chat.ref());
  await chat.untilIdle();
  expect((await db.page.findFirstOrThrow({ where: { shopId: chat.shopId } })).issue).toBe('reconnect');
  expect(chat.said()).toHaveLength(0);
  stop();
  pass(61);
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(2);
});

test('a nasty name, an endless name and no name at all: the question is asked within Meta’s limits', async () => {
  const chat = await openChat();
  const titles = ['👩‍👩‍👧‍👦'.repeat(30), '<b>{shop}</b> "quotes" \\ {', 'A '.repeat(200)];
  for (const title of titles) {
    const product = chat.shopify.store.createProduct({ shop: chat.domain, title, variants: [{}] });
    pass(1);
    chat.open(chat.ref({ variantId: product.variantIds[0]! }));
    await chat.untilIdle();
    expect(requests(chat).at(-1)!.content.attachment!.payload.title).toContain(fixedPart('request.title'));
  }
  expect(requests(chat)).toHaveLength(3);
  expect(chat.messenger.refusals().filter((one) => one.pageId === chat.metaPageId)).toEqual([]);
});

test('Meta blocks the Page: the merchant sees it at once and reads why; unblocked, all is well', async () => {
  const chat = await openChat();
  const issue = async () => (await db.page.findFirstOrThrow({ where: { shopId: chat.shopId } })).issue;
  const meta = chat.messenger.inbox(chat.metaPageId);
  meta.enforcePolicy({ action: 'block', reason: 'Too many complaints.' });
  await chat.untilIdle();
  expect(await issue()).toBe('blocked');
  expect((await chat.problems())[0]).toMatchObject({
    failure: 'policy',
    failureDetail: 'block Too many complaints.',
  });
  pass(1);
  meta.enforcePolicy({ action: 'unblock', reason: '' });
  await chat.untilIdle();
  expect(await issue()).toBeNull();
});
