// A product with more options than fit in one message: every sold-out one can be found, picked, written and asked for.
import { beforeAll, expect, test } from 'vitest';
import { fixedPart, ourText } from '../messenger/our-text.ts';
import { enter, openPlace, pass, type Chat } from '../messenger/chat.ts';

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});

/** A product with `count` options, of which all but those at `soldOut` are in stock. */
function makeProduct({ title, count, soldOut }: { title: string; count: number; soldOut: number[] }) {
  const [shop] = place.made;
  const { store } = enter(place).shopify;
  const names = Array.from({ length: count }, (_, at) => `No ${at + 1}`);
  const { variantIds, handle } = store.createProduct({
    shop: shop!.domain,
    title,
    options: [{ name: 'Number', values: names }],
    variants: names.map((name) => ({ options: [name] })),
  });
  for (const [at, variantId] of variantIds.entries())
    if (!soldOut.includes(at))
      store.setStock({ shop: shop!.domain, variantId, locationId: shop!.location, available: 5 });
  return { variantIds, handle, url: `https://${shop!.domain}/products/${handle}` };
}

async function write(chat: Chat, text: string): Promise<void> {
  pass(1);
  chat.phone.write(text, chat.metaPageId);
  await chat.untilIdle();
}

const quickReplies = (chat: Chat) => chat.said().at(-1)!.content.quick_replies ?? [];

test('80 sizes of which only the 60th is sold out: its link, its name and another size lead to that one', async () => {
  const { url, variantIds } = makeProduct({ title: 'Ring', count: 80, soldOut: [59] });
  const asked = ourText('request.title', { product: 'Ring, No 60' });
  const byLink = enter(place);
  await write(byLink, url);
  expect(byLink.lastReply()).toContain(asked);
  const byName = enter(place);
  await byName.post({ what: { postback: { title: 'Get Started', payload: 'start1', mid: 'm_ring' } } });
  await byName.untilIdle();
  await write(byName, 'ring');
  expect(byName.lastReply()).toContain(asked);
  const another = enter(place);
  another.open(another.ref({ variantId: variantIds[0]! }));
  await another.untilIdle();
  another.phone.tapButton(another.bubbleWith(ourText('button.more')), ourText('button.more'));
  await another.untilIdle();
  expect(quickReplies(another).map(({ title }) => title)).toEqual(['No 60']);
});

test('120 sold-out options: the question says how many there are, and its last choice leads on until each was shown once', async () => {
  const soldOut = Array.from({ length: 120 }, (_, at) => at + 10);
  const { url, variantIds } = makeProduct({ title: 'Yarn', count: 200, soldOut });
  const chat = enter(place);
  await write(chat, url);
  expect(chat.lastReply()).toContain(ourText('find.shortened', { shown: 12, count: 120 }));
  const shown: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const replies = quickReplies(chat);
    const next = replies.find(({ payload }) => payload!.startsWith('after1_'));
    shown.push(...replies.filter((one) => one !== next).map(({ payload }) => payload!));
    if (next === undefined) break;
    pass(1);
    chat.phone.tapButton(chat.said().at(-1)!.mid, next.title!);
    await chat.untilIdle();
  }
  expect(shown).toEqual(soldOut.map((at) => `want1_${chat.shopId}_${variantIds[at]!}`));
  expect(chat.lastReply()).not.toContain(fixedPart('find.shortened'));
  expect(chat.messenger.refusals().filter(({ pageId }) => pageId === chat.metaPageId)).toEqual([]);
});

test('500 options: the last of them is found by what the person writes', async () => {
  const { url } = makeProduct({ title: 'Screw', count: 500, soldOut: [0, 300, 499] });
  const chat = enter(place);
  await write(chat, url);
  expect(quickReplies(chat).map(({ title }) => title)).toEqual(['No 1', 'No 301', 'No 500']);
  await write(chat, 'no 500 please');
  expect(chat.lastReply()).toContain(ourText('request.title', { product: 'Screw, No 500' }));
}, 60_000);
