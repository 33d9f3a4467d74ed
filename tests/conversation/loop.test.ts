// The loop as a shopper sees it: arrive, be asked, say yes, and whatever the network does meanwhile.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { decrypt } from '../../app/lib/encryption.server.ts';
import { knock } from '../messenger/doors.ts';
import { clock, pass, setScene } from '../messenger/stage.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

test('a shopper arrives in a new thread, is shown the card and asked, says yes, and waits', async () => {
  const scene = await setScene();
  scene.open(scene.ref());
  await scene.settle();
  const [card, request] = scene.said();
  expect(JSON.stringify(card!.content)).toContain('Linen shirt, S');
  expect(request!.content.attachment!.payload.template_type).toBe('one_time_notif_req');
  expect(request!.content.attachment!.payload.title).toContain('Linen shirt, S');

  const token = scene.phone.tapNotifyMe();
  await scene.settle();
  const [subscription] = await scene.subscriptions();
  expect(subscription).toMatchObject({ status: 'waiting', variantId: scene.soldOut[0], isTest: false });
  const { shopId } = scene;
  expect(decrypt(subscription!.grantToken!, { shopId, purpose: 'one-time token' })).toBe(token);
  expect(scene.lastSaid()).toContain('Linen shirt, S');
  expect(scene.lastSaid()).toContain(fixedPart('confirm'));
  expect(scene.lastSaid()).toContain('STOP');
  expect(await scene.unfinished()).toBe(0);
  const variant = await db.variant.findUniqueOrThrow({
    where: { shopId_id: { shopId, id: scene.soldOut[0]! } },
  });
  expect(variant.checkRequestedVersion).toBeGreaterThan(variant.checkedVersion);
  const sent = await db.optInRequest.findFirstOrThrow({ where: { shopId } });
  expect(sent.messageId).toBe(request!.mid);
});

test('the same events delivered five times, shuffled and batched, are handled once', async () => {
  const scene = await setScene();
  const { webhooks } = scene.messenger.dials;
  Object.assign(webhooks, { copies: 5, batch: 50, shuffle: true, numberIds: true, extraFields: true });
  await scene.subscribe();
  scene.messenger.resetDials();
  expect(await scene.subscriptions()).toHaveLength(1);
  expect(scene.said()).toHaveLength(3);
  expect(scene.messenger.refusals().filter((one) => one.pageId === scene.metaPageId)).toEqual([]);
});

test('killed after the effects were kept and before the reply: the next worker says it', async () => {
  const scene = await setScene();
  scene.open(scene.ref());
  await scene.messenger.settle();
  scene.messenger.disturb({ kind: 'drop_request', times: 1 });
  await scene.work();
  expect(scene.said()).toHaveLength(0);
  pass(25);
  await scene.settle();
  expect(scene.said()).toHaveLength(2);
});

test('a reply whose answer is lost is not doubled when its echo comes, and said once more when none does', async () => {
  const scene = await setScene();
  scene.messenger.disturb({ kind: 'lose_reply', times: 1 });
  scene.open(scene.ref());
  await scene.settle();
  pass(21);
  await scene.settle();
  expect(scene.said()).toHaveLength(2);

  scene.messenger.dials.webhooks.withholdEchoes = true;
  scene.messenger.disturb({ kind: 'lose_reply', times: 1 });
  scene.phone.write('my alerts');
  await scene.settle();
  expect(scene.said()).toHaveLength(3);
  pass(21);
  await scene.settle();
  scene.messenger.resetDials();
  expect(scene.said()).toHaveLength(4);
});

test('Meta never hears our 200 after the token was kept: nothing is lost, nothing doubled', async () => {
  const scene = await setScene();
  scene.open(scene.ref());
  await scene.settle();
  scene.phone.tapNotifyMe();
  await scene.messenger.settle();
  const [delivery] = scene.messenger.delivered().slice(-1);
  void scene.messenger.redeliver(delivery as never);
  await scene.settle();
  void scene.messenger.redeliver(delivery as never);
  await scene.settle();
  expect(await scene.subscriptions()).toHaveLength(1);
  expect(scene.said()).toHaveLength(3);
});

test('two taps at once on two cards of the same wish are one yes', async () => {
  const scene = await setScene();
  scene.open(scene.ref());
  await scene.settle();
  scene.open(scene.ref());
  await scene.settle();
  const requests = scene
    .said()
    .filter((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req');
  expect(requests).toHaveLength(2);
  for (const one of requests) scene.phone.tapNotifyMe(one.mid);
  await scene.settle();
  expect(await scene.subscriptions()).toHaveLength(1);
});

test('after "forget me" nothing of the person is left, and no late copy of the old yes brings them back', async () => {
  const scene = await setScene();
  await scene.subscribe();
  const old = scene.messenger.delivered().findLast((one) => one.fields.includes('messaging_optins'));
  scene.phone.write('Forget me!');
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('erase.done'));
  void scene.messenger.redeliver(old as never);
  await scene.settle();
  expect(await scene.subscriptions()).toHaveLength(0);
  expect(await db.shopper.count({ where: { psid: scene.psid() } })).toBe(0);
  expect(await scene.unfinished()).toBe(0);
});

test('an opt-in whose request we do not know is kept and shown, and the shopper is told to ask again', async () => {
  const scene = await setScene();
  await scene.subscribe();
  scene.phone.write('forget me');
  await scene.settle();
  const card = scene
    .said()
    .find((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req')!;
  scene.messenger.world.messages.get(card.mid)!.granted = null;
  scene.phone.tapNotifyMe(card.mid);
  await scene.settle();
  expect(await scene.subscriptions()).toHaveLength(0);
  expect((await scene.problems()).map((row) => row.failure)).toEqual(['unknown_request']);
  expect(scene.lastSaid()).toContain(ourText('optin.unknown'));
});

test('one odd event in a signed batch spoils nothing: 200, kept, and the others are served', async () => {
  const scene = await setScene();
  scene.open(scene.ref());
  await scene.messenger.settle();
  const { signatures } = await import('../../simulators/messenger/signature.ts');
  const about = {
    sender: { id: scene.psid() },
    recipient: { id: scene.metaPageId },
    timestamp: clock().getTime(),
  };
  const body = JSON.stringify({
    object: 'page',
    entry: [
      {
        id: scene.metaPageId,
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
      { id: scene.metaPageId },
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
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('optOut.done'));
  const problems = await scene.problems();
  expect(problems).toHaveLength(4);
  expect(problems).toContainEqual(
    expect.objectContaining({ failure: 'unrecognized', failureDetail: 'unknown event: telepathy' }),
  );
});
