// What a person does in Messenger, and the events that the app receives.
import { expect, test } from 'vitest';
import { appId, pageId, paidWith, requestFor, startSimulators, textTo } from './start-simulators.ts';

const link = `https://m.me/${pageId}?ref=v1-44-de-DE`;
const day = 24 * 60 * 60_000;

test('a new thread shows Get Started, whose tap brings the ref as part of a postback', async () => {
  const { messenger, notified, clock } = startSimulators();
  const lea = messenger.phone('lea');
  expect(lea.openLink(link)).toEqual({ outcome: 'get_started', pageId });
  expect(await notified()).toEqual([]);
  lea.tapGetStarted();
  expect(await notified()).toEqual([
    {
      sender: { id: lea.psid() },
      recipient: { id: pageId },
      timestamp: clock.at,
      postback: {
        mid: expect.stringMatching(/^m_/),
        title: 'Get Started',
        payload: 'GET_STARTED',
        referral: { ref: 'v1-44-de-DE', source: 'SHORTLINK', type: 'OPEN_THREAD' },
      },
    },
  ]);
  expect(() => lea.tapGetStarted()).toThrow(/no Get Started/);
});

test('a known thread brings the ref at once, as a referral that opens the window', async () => {
  const { messenger, notified, clock, arrive, call } = startSimulators();
  const psid = arrive();
  clock.at += 2 * day;
  expect((await call({ body: textTo(psid) })).body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
  expect(messenger.phone('lea').openLink('https://m.me/maisonlin?ref=again')).toMatchObject({
    outcome: 'referral',
  });
  expect((await notified()).at(-1)).toEqual({
    sender: { id: psid },
    recipient: { id: pageId },
    timestamp: clock.at,
    referral: { ref: 'again', source: 'SHORTLINK', type: 'OPEN_THREAD' },
  });
  expect((await call({ body: textTo(psid) })).status).toBe(200);
});

test('a ref may be lost on the way, and one outside the charset always is', async () => {
  const { messenger, notified } = startSimulators();
  const lea = messenger.phone('lea');
  lea.openLink(link, { dropRef: true });
  lea.tapGetStarted();
  lea.openLink(`https://m.me/${pageId}?ref=a/b`);
  const events = await notified();
  expect(events).toHaveLength(1);
  expect(events[0]!['postback']).not.toHaveProperty('referral');
});

test('who writes instead of pressing Get Started brings no ref, then or later', async () => {
  const { messenger, notified } = startSimulators();
  const lea = messenger.phone('lea');
  lea.openLink(link);
  lea.write('Is the shirt back?');
  const [event] = await notified();
  expect(event!['message']).toEqual({ mid: expect.any(String), text: 'Is the shirt back?' });
  expect(JSON.stringify(event)).not.toContain('v1-44');
});

test('Notify Me gives one token, the payload as the string it was; a second tap is no event', async () => {
  const { messenger, notified, arrive, call, clock } = startSimulators({
    fields: ['messaging_optins'],
  });
  const psid = arrive();
  await call({ body: requestFor(psid, '{"ask":1}') });
  const lea = messenger.phone('lea');
  const mid = lea.newestRequest();
  const token = lea.tapNotifyMe(mid);
  expect(lea.tapNotifyMe(mid)).toBeNull();
  expect(await notified()).toEqual([
    {
      sender: { id: psid },
      recipient: { id: pageId },
      timestamp: clock.at,
      optin: { type: 'one_time_notif_req', payload: '{"ask":1}', one_time_notif_token: token },
    },
  ]);
});

test('Notify Me leaves the window as it was, unless dialled otherwise', async () => {
  const { messenger, arrive, call, clock } = startSimulators();
  const psid = arrive();
  await call({ body: requestFor(psid) });
  clock.at += 2 * day;
  messenger.phone('lea').tapNotifyMe();
  expect((await call({ body: textTo(psid) })).status).toBe(400);
  messenger.phone('lea').write('again');
  await call({ body: requestFor(psid) });
  clock.at += 2 * day;
  messenger.faultOptions.notifyMeOpensWindow = true;
  messenger.phone('lea').tapNotifyMe();
  expect((await call({ body: textTo(psid) })).status).toBe(200);
});

test('a message is echoed with its metadata and app, delivered, and read once it is looked at', async () => {
  const { messenger, notified, arrive, consent, call } = startSimulators();
  const psid = arrive();
  const token = await consent(psid);
  const sent = await call({ body: paidWith(token, 'It is back', 'n-77') });
  messenger.phone('lea').read();
  const events = (await notified()).slice(-3);
  expect(events[0]).toMatchObject({
    sender: { id: pageId },
    recipient: { id: psid },
    message: {
      is_echo: true,
      app_id: Number(appId),
      metadata: 'n-77',
      mid: sent.body.message_id,
      text: 'It is back',
    },
  });
  expect(events[1]).toMatchObject({
    sender: { id: psid },
    delivery: { mids: [sent.body.message_id], watermark: expect.any(Number) },
  });
  expect(events[2]).toMatchObject({ sender: { id: psid }, read: { watermark: expect.any(Number) } });
});

test('buttons answer: a postback is told, an address is handed to the browser', async () => {
  const { messenger, notified, arrive, call } = startSimulators({ fields: ['messaging_postbacks'] });
  const psid = arrive();
  const payload = {
    template_type: 'button',
    text: 'The linen shirt is back.',
    buttons: [
      { type: 'web_url', title: 'Buy', url: 'https://shop.test/products/shirt?variant=44' },
      { type: 'postback', title: 'No thanks', payload: 'STOP:1' },
    ],
  };
  const sent = await call({
    body: { recipient: { id: psid }, message: { attachment: { type: 'template', payload } } },
  });
  const lea = messenger.phone('lea');
  expect(lea.tapButton(sent.body.message_id, 'Buy')).toEqual({
    outcome: 'web_url',
    url: 'https://shop.test/products/shirt?variant=44',
  });
  expect(lea.tapButton(sent.body.message_id, 'No thanks')).toEqual({ outcome: 'postback' });
  expect(lea.tapButton(sent.body.message_id, 'Sell')).toEqual({ outcome: 'nothing' });
  const events = await notified();
  expect(events).toHaveLength(2);
  expect(events[1]!['postback']).toMatchObject({ title: 'No thanks', payload: 'STOP:1' });
});

test('reactions, stickers and pictures are events that open the window', async () => {
  const { messenger, notified, arrive, call, clock } = startSimulators({
    fields: ['messages', 'message_reactions'],
  });
  const psid = arrive();
  const sent = await call({ body: textTo(psid) });
  const lea = messenger.phone('lea');
  const acts = [
    () => lea.react(sent.body.message_id),
    () => lea.sticker(),
    () => lea.sendImage('https://img.test/1.jpg'),
  ];
  for (const act of acts) {
    clock.at += 2 * day;
    act();
    expect((await call({ body: textTo(psid) })).status).toBe(200);
  }
  const events = await notified();
  expect(events[0]!['reaction']).toMatchObject({ action: 'react', mid: sent.body.message_id });
  expect(events[1]!['message']).toMatchObject({ sticker_id: expect.any(Number) });
  expect(events[2]!['message'].attachments[0]).toMatchObject({ type: 'image' });
});

test("the merchant's own answer is an echo of the Page's inbox; a taken thread is only listened to", async () => {
  const { messenger, received, notified, arrive, call } = startSimulators();
  const psid = arrive();
  const inbox = messenger.inbox(pageId);
  inbox.humanReply({ personId: 'lea', text: 'Hello, this is Ida' });
  expect((await notified()).find((event) => event['message']?.is_echo)!['message']).toMatchObject({
    app_id: 26390203743090,
    text: 'Hello, this is Ida',
  });
  inbox.takeThread({ personId: 'lea', owner: 'people' });
  messenger.phone('lea').write('Thanks!');
  await messenger.untilIdle();
  const entry = JSON.parse(received.at(-1)!.body).entry[0];
  expect(entry).not.toHaveProperty('messaging');
  expect(entry.standby[0].message.text).toBe('Thanks!');
  expect((await call({ body: textTo(psid) })).body.error).toMatchObject({ error_subcode: 2018300 });
});

test('a policy event names no sender, and a block stops the Page', async () => {
  const { messenger, notified, arrive, call } = startSimulators();
  const psid = arrive();
  messenger.inbox(pageId).enforcePolicy({ action: 'block', reason: 'spam' });
  const event = (await notified()).at(-1)!;
  expect(event).toMatchObject({ policy_enforcement: { action: 'block' } });
  expect(event).not.toHaveProperty('sender');
  expect((await call({ body: textTo(psid) })).body.error).toMatchObject({ error_subcode: 1893063 });
});

test('only the subscribed fields are told', async () => {
  const { messenger, notified, arrive, call } = startSimulators({ fields: ['messages'] });
  const psid = arrive();
  await call({ body: textTo(psid) });
  messenger.phone('lea').write('hi');
  const events = await notified();
  expect(events).toHaveLength(1);
  expect(events[0]!['message'].text).toBe('hi');
});
