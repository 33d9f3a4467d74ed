// Products that the merchant leaves out are not offered in the conversation, by the rules that the storefront follows.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { isLeftOut } from '../../app/shopify/settings.server.ts';
import { type Scene, setScene } from '../messenger/stage.ts';
import { leftOutCases } from '../storefront/left-out-cases.ts';
import { ourText } from '../messenger/our-text.ts';

for (const { what, rules, product, isLeftOut: expected } of leftOutCases)
  test(`${what}: ${expected ? 'left out' : 'not left out'}`, () => {
    const { tags = [], collections = [], giftCard = false, requiresSellingPlan = false, variants } = product;
    const maxPrice = Math.max(...(variants ?? [{ price: '10.00' }]).map(({ price }) => Number(price)));
    const facts = { tags, collections, isGiftCard: giftCard, requiresSellingPlan, maxPrice };
    expect(isLeftOut({ product: facts, rules })).toBe(expected);
  });

const shirtOf = ({ shopify, domain }: Scene) =>
  [...shopify.store.findShop(domain)!.products.values()].find(({ title }) => title === 'Linen shirt')!;
const requests = (scene: Scene) =>
  scene.said().filter((one) => one.content.attachment?.payload.template_type === 'one_time_notif_req');
async function arrive(scene: Scene) {
  scene.phone.openLink(`https://m.me/${scene.metaPageId}?ref=${scene.ref()}`);
  scene.phone.tapGetStarted();
  await scene.settle();
}
const leaveOut = (scene: Scene, leftOut: object) =>
  db.shop.updateMany({ where: { domain: scene.domain }, data: { leftOut } });

for (const [what, rules, change] of [
  ['a tag', { tags: ['no alert'] }, { tags: ['No Alert'] }],
  ['a collection', { collections: ['archive'] }, { collections: ['archive'] }],
  ['a gift card', { gift_cards: true }, { giftCard: true }],
] as const)
  test(`${what}: an old link gets no request, nor does the name, and nothing is offered`, async () => {
    const scene = await setScene();
    Object.assign(shirtOf(scene), change);
    await leaveOut(scene, rules);
    await arrive(scene);
    expect(scene.lastSaid()).toContain(ourText('arrive.leftOut'));
    scene.phone.write('Linen shirt');
    await scene.settle();
    expect(scene.lastSaid()).toContain(ourText('find.none'));
    expect(requests(scene)).toEqual([]);
  });

test('who waits for a product that is left out later keeps the place', async () => {
  const scene = await setScene();
  await scene.subscribe();
  Object.assign(shirtOf(scene), { giftCard: true });
  await leaveOut(scene, { gift_cards: true });
  scene.phone.openLink(`https://m.me/${scene.metaPageId}?ref=${scene.ref()}`);
  await scene.settle();
  expect(scene.lastSaid()).not.toContain(ourText('arrive.leftOut'));
  expect((await scene.subscriptions()).map(({ status }) => status)).toEqual(['waiting']);
});

test('a shop without rules pays for no call, and without an answer nothing is left out', async () => {
  const scene = await setScene();
  const asked = () =>
    scene.shopify.admin
      .calls()
      .filter(({ operation, shop }) => operation === 'LeftOut' && shop === scene.domain);
  await arrive(scene);
  expect(asked()).toEqual([]);
  expect(requests(scene)).toHaveLength(1);

  const other = await setScene();
  Object.assign(shirtOf(other), { giftCard: true });
  await leaveOut(other, { gift_cards: true });
  other.shopify.disturb({ kind: 'refuse', status: 503, only: { operation: 'LeftOut' } });
  await arrive(other);
  expect(requests(other)).toHaveLength(1);
});
