// The shopper's phone: what its page shows, what its taps do, and how it hears of a new message.
import { expect, test } from 'vitest';
import { createChat } from '../../simulators/messenger/chat.ts';
import { paidWith, pageId, requestFor, startSimulators, textTo } from './start-simulators.ts';

const origin = 'https://www.messenger.test';

function setChat() {
  const testApp = startSimulators();
  const { handleChat } = createChat({
    messenger: testApp.messenger,
    address: (url) => url.replace('https://shop.test', 'http://shop.localhost:4000'),
  });
  const get = (path: string) => handleChat(new Request(new URL(path, origin)));
  return {
    ...testApp,
    get,
    screen: async () => (await get('/chat?person=lea')).text(),
    post: (verb: string, fields: Record<string, string> = {}) =>
      handleChat(
        new Request(new URL(`/chat/${verb}`, origin), {
          method: 'POST',
          body: new URLSearchParams({ person: 'lea', ...fields }),
        }),
      ),
  };
}

/** Reads a stream of events one by one, as a browser would. */
function listen(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let unread = '';
  return {
    async next(): Promise<any> {
      for (;;) {
        const end = unread.indexOf('\n\n');
        if (end >= 0) {
          const event = unread.slice(0, end);
          unread = unread.slice(end + 2);
          return JSON.parse(event.split('\ndata: ')[1]!);
        }
        const { value, done } = await reader.read();
        if (done) throw new Error('The stream ended');
        unread += value;
      }
    },
    close: () => reader.cancel(),
  };
}

test('a phone without conversations says so; a link brings it to Get Started, and on to the chat', async () => {
  const { messenger, screen, get, post, notified } = setChat();
  expect(await screen()).toContain('No conversation yet');
  const link = encodeURIComponent(`https://m.me/${pageId}?ref=r_1`);
  const opened = await get(`/chat?person=lea&open=${link}`);
  expect(opened.status).toBe(303);
  expect(opened.headers.get('location')).toBe(`chat?person=lea&page=${pageId}`);
  expect(await screen()).toContain('>Get Started</button>');
  await post('get-started');
  expect(await screen()).not.toContain('data-verb="get-started"');
  await post('write', { text: 'Hello <b>there</b>' });
  expect(await screen()).toContain('Hello &lt;b&gt;there&lt;/b&gt;');
  const events = await notified();
  expect(events.map((event) => event['postback']?.referral.ref ?? event['message'].text)).toEqual([
    'r_1',
    'Hello <b>there</b>',
  ]);
  expect(
    messenger
      .phone('lea')
      .messages()
      .map(({ content }) => content.text),
  ).toEqual(['Get Started', 'Hello <b>there</b>']);
});

test('a link followed in a browser leads to the chat screen', async () => {
  const { messenger } = setChat();
  const response = await messenger.handle(new Request(`https://m.me/maisonlin?ref=r_1`));
  expect(response.status).toBe(302);
  const target = new URL(response.headers.get('location')!);
  expect(target.origin + target.pathname).toBe(`${origin}/chat`);
  expect(target.searchParams.get('open')).toBe('https://m.me/maisonlin?ref=r_1');
});

test('the request has its button until it is tapped', async () => {
  const { messenger, screen, post, arrive, call, notified } = setChat();
  await call({ body: requestFor(arrive()) });
  expect(await screen()).toMatch(/<button data-verb="notify-me"[^>]*>Notify Me<\/button>/);
  const mid = messenger.phone('lea').newestRequest();
  expect(await (await post('notify-me', { mid })).json()).toEqual({ granted: true });
  expect(await (await post('notify-me', { mid })).json()).toEqual({ granted: false });
  expect(await screen()).not.toContain('Notify Me');
  expect((await notified()).filter((event) => event['optin'])).toHaveLength(1);
});

test('cards and buttons are drawn; an address keeps its true self beside the reachable one', async () => {
  const { screen, post, arrive, call, messenger } = setChat();
  const psid = arrive();
  const element = {
    title: 'Linen shirt',
    subtitle: 'M - 89 EUR',
    image_url: 'https://shop.test/shirt.jpg',
    buttons: [
      { type: 'web_url', title: 'Buy', url: 'https://shop.test/go/x?a=1&b="2"' },
      { type: 'postback', title: 'No thanks', payload: 'NO' },
    ],
  };
  const payload = { template_type: 'generic', elements: [element] };
  await call({ body: { recipient: { id: psid }, message: { attachment: { type: 'template', payload } } } });
  const html = await screen();
  expect(html).toContain('src="http://shop.localhost:4000/shirt.jpg"');
  expect(html).toContain('href="http://shop.localhost:4000/go/x?a=1&amp;b=&quot;2&quot;" target="_blank"');
  expect(html).toContain('data-web-url="https://shop.test/go/x?a=1&amp;b=&quot;2&quot;"');
  const { mid } = messenger.phone('lea').messages().at(-1)!;
  const tapped = await post('button', { mid, title: 'No thanks' });
  expect(await tapped.json()).toEqual({ outcome: 'postback' });
});

test('the phone hears of a message at once, and rings only for what the Page says', async () => {
  const { get, post, arrive, consent, call } = setChat();
  const psid = arrive();
  const token = await consent(psid);
  const stream = listen(await get('/chat/events?person=lea'));
  expect(await stream.next()).toMatchObject({ ring: null, title: 'Maison Lin - Messenger' });
  await post('write', { text: 'thanks' });
  expect(await stream.next()).toMatchObject({ ring: null, log: expect.stringContaining('thanks') });
  await call({ body: paidWith(token, 'The linen shirt is back') });
  expect(await stream.next()).toMatchObject({
    ring: { from: 'Maison Lin', text: 'The linen shirt is back' },
    log: expect.stringContaining('data-paid-by="token"'),
  });
  await stream.close();
  expect((await call({ body: textTo(psid) })).status).toBe(200);
});

test('a screen that is out of date is told so and breaks nothing', async () => {
  const { post, get, arrive } = setChat();
  arrive();
  expect((await post('get-started')).status).toBe(409);
  expect((await post('notify-me', { mid: 'm_gone' })).status).toBe(409);
  expect((await get('/chat?person=nobody')).status).toBe(404);
});

test('the page may be framed and brings its own style and script', async () => {
  const { get } = setChat();
  const response = await get('/chat?person=lea');
  expect(response.headers.has('x-frame-options')).toBe(false);
  expect(response.headers.has('content-security-policy')).toBe(false);
  for (const [, path] of (await response.text()).matchAll(/(?:href|src)="(chat\/[^"]+)"/g))
    expect((await get(`/${path}`)).status).toBe(200);
});
