// Products that the merchant leaves out are not offered in the conversation, by the rules that the storefront follows.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { isLeftOut } from '../../app/shopify/settings.server.ts';
import { type Chat, openChat } from '../messenger/chat.ts';
import { leftOutCases } from '../storefront/left-out-cases.ts';
import { ourText } from '../messenger/our-text.ts';

for (const { what, rules, product, isLeftOut: expected } of leftOutCases)
  test(`${what}: ${expected ? 'left out' : 'not left out'}`, () => {
    const { tags = [], collections = [], giftCard = false, requiresSellingPlan = false, variants } = product;
    const maxPrice = Math.max(...(variants ?? [{ price: '10.00' }]).map(({ price }) => Number(price)));
    const facts = { tags, collections, isGiftCard: giftCard, requiresSellingPlan, maxPrice };
    expect(isLeftOut({ product: facts, rules })).toBe(expected);
  });

const shirtOf = ({ shopify, domain }: Chat) =>
  [...shopify.store.findShop(domain)!.products.values()].find(({ title }) => title === 'Linen shirt')!;
const requests = (chat: Chat) =>
  chat.said().filter((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req');
async function arrive(chat: Chat) {
  chat.phone.openLink(`https://m.me/${chat.metaPageId}?ref=${chat.ref()}`);
  chat.phone.tapGetStarted();
  await chat.untilIdle();
}
const leaveOut = (chat: Chat, leftOut: object) =>
  db.shop.updateMany({ where: { domain: chat.domain }, data: { leftOut } });

for (const [what, rules, change] of [
  ['a tag', { tags: ['no alert'] }, { tags: ['No Alert'] }],
  ['a collection', { collections: ['archive'] }, { collections: ['archive'] }],
  ['a gift card', { gift_cards: true }, { giftCard: true }],
] as const)
  test(`${what}: an old link gets no request, nor does the name, and nothing is offered`, async () => {
    const chat = await openChat();
    Object.assign(shirtOf(chat), change);
    await leaveOut(chat, rules);
    await arrive(chat);
    expect(chat.lastReply()).toContain(ourText('arrive.leftOut'));
    chat.phone.write('Linen shirt');
    await chat.untilIdle();
    expect(chat.lastReply()).toContain(ourText('find.none'));
    expect(requests(chat)).toEqual([]);
  });

test('who waits for a product that is left out later keeps the place', async () => {
  const chat = await openChat();
  await chat.subscribe();
  Object.assign(shirtOf(chat), { giftCard: true });
  await leaveOut(chat, { gift_cards: true });
  chat.phone.openLink(`https://m.me/${chat.metaPageId}?ref=${chat.ref()}`);
  await chat.untilIdle();
  expect(chat.lastReply()).not.toContain(ourText('arrive.leftOut'));
  expect((await chat.subscriptions()).map(({ status }) => status)).toEqual(['waiting']);
});

test('a shop without rules pays for no call, and without an answer nothing is left out', async () => {
  const chat = await openChat();
  const asked = () =>
    chat.shopify.admin
      .calls()
      .filter(({ operation, shop }) => operation === 'LeftOut' && shop === chat.domain);
  await arrive(chat);
  expect(asked()).toEqual([]);
  expect(requests(chat)).toHaveLength(1);

  const other = await openChat();
  Object.assign(shirtOf(other), { giftCard: true });
  await leaveOut(other, { gift_cards: true });
  other.shopify.disturb({ kind: 'refuse', status: 503, only: { operation: 'LeftOut' } });
  await arrive(other);
  expect(requests(other)).toHaveLength(1);
});
