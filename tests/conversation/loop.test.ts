// The loop as a shopper sees it: arrive, be asked, say yes, and whatever the network does meanwhile.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { decrypt } from '../../app/lib/encryption.server.ts';
import { knock } from '../messenger/webhook-urls.ts';
import { clock, pass, openChat } from '../messenger/chat.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

test('a shopper arrives in a new thread, is shown the card and asked, says yes, and waits', async () => {
  const chat = await openChat();
  chat.open(chat.ref());
  await chat.untilIdle();
  const [card, request] = chat.said();
  expect(JSON.stringify(card!.content)).toContain('Linen shirt, S');
  expect(request!.content.attachment!.payload.template_type).toBe('one_time_notif_req');
  expect(request!.content.attachment!.payload.title).toContain('Linen shirt, S');

  const token = chat.phone.tapNotifyMe();
  await chat.untilIdle();
  const [subscription] = await chat.subscriptions();
  expect(subscription).toMatchObject({ status: 'waiting', variantId: chat.soldOut[0], isTest: false });
  const { shopId } = chat;
  expect(decrypt(subscription!.grantToken!, { shopId, purpose: 'one-time token' })).toBe(token);
  expect(chat.lastReply()).toContain('Linen shirt, S');
  expect(chat.lastReply()).toContain(fixedPart('confirm'));
  expect(chat.lastReply()).toContain('STOP');
  expect(await chat.unfinished()).toBe(0);
  const variant = await db.variant.findUniqueOrThrow({
    where: { shopId_id: { shopId, id: chat.soldOut[0]! } },
  });
  expect(variant.checkRequestedVersion).toBeGreaterThan(variant.checkedVersion);
  const sent = await db.optInRequest.findFirstOrThrow({ where: { shopId } });
  expect(sent.messageId).toBe(request!.mid);
});

test('the same events delivered five times, shuffled and batched, are handled once', async () => {
  const chat = await openChat();
  const { webhooks } = chat.messenger.faultOptions;
  Object.assign(webhooks, { copies: 5, batch: 50, shuffle: true, numberIds: true, extraFields: true });
  await chat.subscribe();
  chat.messenger.resetFaultOptions();
  expect(await chat.subscriptions()).toHaveLength(1);
  expect(chat.said()).toHaveLength(3);
  expect(chat.messenger.refusals().filter((one) => one.pageId === chat.metaPageId)).toEqual([]);
});

test('killed after the effects were kept and before the reply: the next worker says it', async () => {
  const chat = await openChat();
  chat.open(chat.ref());
  await chat.messenger.untilIdle();
  chat.messenger.disturb({ kind: 'drop_request', times: 1 });
  await chat.work();
  expect(chat.said()).toHaveLength(0);
  pass(25);
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(2);
});

test('a reply whose answer is lost is not doubled when its echo comes, and said once more when none does', async () => {
  const chat = await openChat();
  chat.messenger.disturb({ kind: 'lose_reply', times: 1 });
  chat.open(chat.ref());
  await chat.untilIdle();
  pass(21);
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(2);

  chat.messenger.faultOptions.webhooks.withholdEchoes = true;
  chat.messenger.disturb({ kind: 'lose_reply', times: 1 });
  chat.phone.write('my alerts');
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(3);
  pass(21);
  await chat.untilIdle();
  chat.messenger.resetFaultOptions();
  expect(chat.said()).toHaveLength(4);
});

test('Meta never hears our 200 after the token was kept: nothing is lost, nothing doubled', async () => {
  const chat = await openChat();
  chat.open(chat.ref());
  await chat.untilIdle();
  chat.phone.tapNotifyMe();
  await chat.messenger.untilIdle();
  const [delivery] = chat.messenger.delivered().slice(-1);
  void chat.messenger.redeliver(delivery as never);
  await chat.untilIdle();
  void chat.messenger.redeliver(delivery as never);
  await chat.untilIdle();
  expect(await chat.subscriptions()).toHaveLength(1);
  expect(chat.said()).toHaveLength(3);
});

test('two taps at once on two cards of the same wish are one yes', async () => {
  const chat = await openChat();
  chat.open(chat.ref());
  await chat.untilIdle();
  chat.open(chat.ref());
  await chat.untilIdle();
  const requests = chat
    .said()
    .filter((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req');
  expect(requests).toHaveLength(2);
  for (const one of requests) chat.phone.tapNotifyMe(one.mid);
  await chat.untilIdle();
  expect(await chat.subscriptions()).toHaveLength(1);
});

test('after "forget me" nothing of the person is left, and no late copy of the old yes brings them back', async () => {
  const chat = await openChat();
  await chat.subscribe();
  const old = chat.messenger.delivered().findLast((one) => one.fields.includes('messaging_optins'));
  chat.phone.write('Forget me!');
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('erase.done'));
  void chat.messenger.redeliver(old as never);
  await chat.untilIdle();
  expect(await chat.subscriptions()).toHaveLength(0);
  expect(await db.shopper.count({ where: { psid: chat.psid() } })).toBe(0);
  expect(await chat.unfinished()).toBe(0);
});

test('an opt-in whose request we do not know is kept and shown, and the shopper is told to ask again', async () => {
  const chat = await openChat();
  await chat.subscribe();
  chat.phone.write('forget me');
  await chat.untilIdle();
  const card = chat
    .said()
    .find((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req')!;
  chat.messenger.world.messages.get(card.mid)!.granted = null;
  chat.phone.tapNotifyMe(card.mid);
  await chat.untilIdle();
  expect(await chat.subscriptions()).toHaveLength(0);
  expect((await chat.problems()).map((row) => row.failure)).toEqual(['unknown_request']);
  expect(chat.lastReply()).toContain(ourText('optin.unknown'));
});

test('one odd event in a signed batch spoils nothing: 200, kept, and the others are served', async () => {
  const chat = await openChat();
  chat.open(chat.ref());
  await chat.messenger.untilIdle();
  const { signatures } = await import('../../simulators/messenger/signature.ts');
  const about = {
    sender: { id: chat.psid() },
    recipient: { id: chat.metaPageId },
    timestamp: clock().getTime(),
  };
  const body = JSON.stringify({
    object: 'page',
    entry: [
      {
        id: chat.metaPageId,
        time: 1,
        messaging: [
          { ...about, telepathy: { thought: 'odd' } },
          7,
          null,
          [],
          { ...about, message: { mid: 'm_stop', text: 'STOP' } },
        ],
      },
      'odd',
      { id: chat.metaPageId },
    ],
  });
  const { sha256 } = signatures({ body, secret: process.env.META_APP_SECRET! });
  const answer = await knock(
    new Request('https://app.notify.example/webhooks/messenger', {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': sha256 },
    }),
  );
  expect(answer.status).toBe(200);
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('optOut.done'));
  const problems = await chat.problems();
  expect(problems).toHaveLength(4);
  expect(problems).toContainEqual(
    expect.objectContaining({ failure: 'unrecognized', failureDetail: 'unknown event: telepathy' }),
  );
});
