// The Send API as Meta checks it: what is refused, in which order, and what a one-time token pays for.
import { expect, test } from 'vitest';
import {
  ConnectionLost,
  plausiblePermissionFaults,
  plausibleTokenFaults,
} from '../../simulators/messenger/messenger.ts';
import { appId, pageId, paidWith, proofOf, requestFor, startSimulators, textTo } from './start-simulators.ts';

const day = 24 * 60 * 60_000;

test('checks come in the order of Meta: each is met only when those before it pass', async () => {
  const { messenger, page, call, arrive } = startSimulators();
  const psid = arrive();
  const scopes = messenger.world.accessTokens.get(page.token)!.scopes;
  const withoutRight = scopes.filter((scope) => scope !== 'pages_messaging');
  messenger.world.accessTokens.get(page.token)!.scopes = withoutRight;
  page.restricted = true;
  messenger.faultOptions.rate.perSecond = 0;
  messenger.phone('lea').block();
  const malformed = { recipient: { id: psid }, message: { text: '' } };
  const code = async (input: Parameters<typeof call>[0]) => {
    const { error } = (await call(input)).body;
    return error.error_subcode ? `${error.code}/${error.error_subcode}` : String(error.code);
  };

  expect(await code({ body: malformed, token: 'EAAnonsense', proof: 'wrong' })).toBe('190');
  expect(await code({ body: malformed, proof: null })).toBe('100');
  expect(messenger.refusals().at(-1)!.message).toContain('require an appsecret_proof');
  expect(await code({ body: malformed, proof: proofOf('another') })).toBe('100');
  expect(messenger.refusals().at(-1)!.message).toContain('Invalid appsecret_proof');
  expect(await code({ body: malformed })).toBe('10');
  messenger.world.accessTokens.get(page.token)!.scopes = scopes;
  expect(await code({ body: malformed })).toBe('10/1893063');
  page.restricted = false;
  expect(await code({ body: malformed })).toBe('613');
  messenger.faultOptions.rate.perSecond = 300;
  expect(await code({ body: malformed })).toBe('100');
  expect(messenger.refusals().at(-1)!.why).toBe('malformed');
  expect(await code({ body: textTo('999') })).toBe('100/2018001');
  expect(await code({ body: textTo(psid) })).toBe('551/1545041');
  messenger.phone('lea').unblock();
  expect((await call({ body: textTo(psid) })).body).toEqual({
    recipient_id: psid,
    message_id: expect.stringMatching(/^m_/),
  });
  expect(messenger.ledger()).toHaveLength(1);
});

test('a token pays for one message, also outside the window, and never again', async () => {
  const { messenger, call, arrive, consent, clock } = startSimulators();
  const psid = arrive();
  const token = await consent(psid);
  clock.at += 30 * day;
  expect((await call({ body: textTo(psid) })).body.error.error_subcode).toBe(2018278);
  const sent = await call({ body: paidWith(token, 'It is back', 'n-1') });
  expect(sent.status).toBe(200);
  const again = await call({ body: paidWith(token, 'It is back', 'n-1') });
  expect(again.body.error).toMatchObject({ code: 100 });
  expect(messenger.refusals().at(-1)!.why).toBe('token already used');
  const paid = messenger.ledger().filter((line) => line.paidBy === 'token');
  expect(paid).toEqual([
    {
      mid: sent.body.message_id,
      pageId,
      psid,
      personId: 'lea',
      at: clock.at,
      paidBy: 'token',
      token,
      metadata: 'n-1',
      body: JSON.stringify(paidWith(token, 'It is back', 'n-1')),
      text: 'It is back',
    },
  ]);
});

test('a hundred calls at once with one token deliver one message', async () => {
  const { messenger, call, arrive, consent } = startSimulators();
  const token = await consent(arrive());
  const answers = await Promise.all(Array.from({ length: 100 }, () => call({ body: paidWith(token) })));
  expect(answers.filter((one) => one.status === 200)).toHaveLength(1);
  expect(messenger.ledger().filter((line) => line.token === token)).toHaveLength(1);
});

test('a token dies a year after it was given, and belongs to its Page', async () => {
  const { messenger, call, arrive, consent, clock } = startSimulators();
  const other = messenger.addPage({ id: '104000000000002', name: 'Other', appId });
  const psid = arrive();
  const token = await consent(psid);
  const abroad = await call({ body: paidWith(token), token: other.token });
  expect(abroad.body.error).toMatchObject({ code: 100 });
  expect(messenger.refusals().at(-1)!.why).toBe('token of another Page');
  clock.at += 365 * day;
  expect((await call({ body: paidWith(token) })).body.error).toMatchObject({ code: 100 });
  expect(messenger.refusals().at(-1)!.why).toBe('token expired');
  clock.at -= 1;
  expect((await call({ body: paidWith(token) })).status).toBe(200);
});

test.each([
  ['lose_reply', () => ({ kind: 'lose_reply' }) as const],
  ['fail_after', () => ({ kind: 'fail_after' }) as const],
])('%s: the message was delivered and its token is gone', async (kind, disturbance) => {
  const { messenger, call, arrive, consent, notified } = startSimulators();
  const token = await consent(arrive());
  messenger.disturb(disturbance());
  const lost = call({ body: paidWith(token, 'It is back', 'n-9') });
  if (kind === 'lose_reply') await expect(lost).rejects.toThrow(ConnectionLost);
  else expect(await lost).toMatchObject({ status: 500, body: { error: { is_transient: true } } });
  expect((await call({ body: paidWith(token, 'It is back', 'n-9') })).body.error.code).toBe(100);
  expect(messenger.ledger().filter((line) => line.token === token)).toHaveLength(1);
  expect((await notified()).filter((event) => event['message']?.metadata === 'n-9')).toHaveLength(1);
});

test('a request that never arrived leaves the token whole', async () => {
  const { messenger, call, arrive, consent } = startSimulators();
  const token = await consent(arrive());
  messenger.disturb({ kind: 'drop_request' });
  await expect(call({ body: paidWith(token) })).rejects.toThrow(ConnectionLost);
  expect((await call({ body: paidWith(token) })).status).toBe(200);
});

test('refusals on demand meet as many calls as asked, and only those meant', async () => {
  const { messenger, call, arrive, consent } = startSimulators();
  const psid = arrive();
  const token = await consent(psid);
  const fault = { code: 1200, message: 'Temporary send message failure. Please try again later.' };
  messenger.disturb({ kind: 'refuse', fault, times: 2, only: { paidBy: 'token' } });
  expect((await call({ body: textTo(psid) })).status).toBe(200);
  expect((await call({ body: paidWith(token) })).body.error.code).toBe(1200);
  expect((await call({ body: paidWith(token) })).body.error.code).toBe(1200);
  expect((await call({ body: paidWith(token) })).status).toBe(200);
});

test.each(Object.entries(plausibleTokenFaults))(
  'a spent token can be refused as Meta plausibly might: %s',
  async (_name, fault) => {
    const { messenger, call, arrive, consent } = startSimulators();
    messenger.faultOptions.tokenFaults = { unknown: fault, used: fault, expired: fault };
    const token = await consent(arrive());
    await call({ body: paidWith(token) });
    const again = await call({ body: paidWith(token) });
    expect(again.body.error).toMatchObject({ code: fault.code, message: fault.message });
    expect((await call({ body: paidWith('never') })).body.error.code).toBe(fault.code);
    expect(messenger.ledger()).toHaveLength(2);
  },
);

test.each(Object.entries(plausiblePermissionFaults))(
  'a Page without the permission cannot ask: %s',
  async (_name, fault) => {
    const { messenger, page, call, arrive } = startSimulators();
    const psid = arrive();
    page.otnEnabled = false;
    messenger.faultOptions.otnPermissionFault = fault;
    expect((await call({ body: requestFor(psid) })).body.error).toMatchObject(fault);
    expect((await call({ body: textTo(psid) })).status).toBe(200);
  },
);

test('a rolling second is a rolling second, and tells before it refuses', async () => {
  const { messenger, call, arrive, clock } = startSimulators();
  const psid = arrive();
  messenger.faultOptions.rate = {
    perSecond: 4,
    fault: { code: 80006, message: '(#80006) Too many' },
    headers: true,
  };
  const statuses: number[] = [];
  for (const step of [0, 300, 300, 300, 50, 51, 300]) {
    clock.at += step;
    statuses.push((await call({ body: textTo(psid) })).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 400, 200, 200]);
  messenger.faultOptions.rate.perSecond = 3;
  const refused = await call({ body: textTo(psid) });
  const usage = JSON.parse(refused.headers.get('x-business-use-case-usage')!);
  expect(usage[pageId][0]).toMatchObject({ type: 'messenger', call_count: 100 });
  messenger.faultOptions.rate.headers = false;
  expect((await call({ body: textTo(psid) })).headers.has('x-app-usage')).toBe(false);
  expect(messenger.calls.sends(pageId)).toEqual({ total: 9, peakPerSecond: 7 });
});

test('forms are as good as JSON, and a Page may be called by its id', async () => {
  const { call, arrive } = startSimulators();
  const { recipient, message } = textTo(arrive());
  const form = new URLSearchParams({
    recipient: JSON.stringify(recipient),
    message: JSON.stringify(message),
    messaging_type: 'RESPONSE',
  });
  expect((await call({ body: form.toString(), path: `/v21.0/${pageId}/messages` })).status).toBe(200);
  expect((await call({ body: form.toString(), path: '/v20.0/me/messages' })).body.error.code).toBe(2635);
});

test('a dead tag is refused, and a Page that takes no picture in a notification keeps the token', async () => {
  const { messenger, page, call, arrive, consent } = startSimulators();
  const psid = arrive();
  const tagged = { ...textTo(psid), messaging_type: 'MESSAGE_TAG', tag: 'CONFIRMED_EVENT_UPDATE' };
  expect((await call({ body: tagged })).body.error.code).toBe(100);
  page.acceptsPictureInNotice = false;
  const token = await consent(psid);
  const attachment = {
    type: 'template',
    payload: { template_type: 'generic', elements: [{ title: 'Shirt', subtitle: 'M' }] },
  };
  const picture = { recipient: { one_time_notif_token: token }, message: { attachment } };
  expect((await call({ body: picture })).body.error.code).toBe(100);
  expect(messenger.world.oneTimeTokens.get(token)!.usedAt).toBeNull();
  expect((await call({ body: paidWith(token) })).status).toBe(200);
});

test('an app that is not live reaches only its testers', async () => {
  const { messenger, call, arrive } = startSimulators();
  const psid = arrive();
  const app = messenger.world.apps.get(appId)!;
  app.live = false;
  expect((await call({ body: textTo(psid) })).body.error).toMatchObject({
    code: 200,
    error_subcode: 2018028,
  });
  app.testers.push('lea');
  expect((await call({ body: textTo(psid) })).status).toBe(200);
});

test('a dead token is 190 with its reason', async () => {
  const { messenger, page, call, arrive } = startSimulators();
  const psid = arrive();
  messenger.invalidateToken({ token: page.token, subcode: 460 });
  expect((await call({ body: textTo(psid) })).body.error).toMatchObject({ code: 190, error_subcode: 460 });
});

test('the answer may leave out who received it', async () => {
  const { messenger, call, arrive } = startSimulators();
  messenger.faultOptions.omitRecipientId = true;
  expect(Object.keys((await call({ body: textTo(arrive()) })).body)).toEqual(['message_id']);
});

test('a slow answer is slow, and the token is spent before or after the wait as dialled', async () => {
  const { messenger, call, arrive, consent } = startSimulators();
  const psid = arrive();
  const spentAt = async (after: boolean) => {
    const token = await consent(psid);
    messenger.disturb({ kind: 'slow', ms: 20, after });
    const answer = call({ body: paidWith(token) });
    await Promise.resolve();
    await new Promise(setImmediate);
    const early = messenger.ledger().some((line) => line.token === token);
    expect((await answer).status).toBe(200);
    return early ? 'before' : 'after';
  };
  expect(await spentAt(false)).toBe('after');
  expect(await spentAt(true)).toBe('before');
});
