// What a notification says and holds, and how the merchant's own test finds out whether a Page accepts pictures.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { createSenderWorld } from './sender-world.ts';
import { ourText } from '../messenger/our-text.ts';

const world = await createSenderWorld();

async function tested({ takesPictures }: { takesPictures: boolean }) {
  const shop = await world.addShop({ name: 'Linen & Co' });
  const metaPage = world.addMetaPage({ takesPictures });
  const page = await world.connect({ shopId: shop.id, metaPage });
  await db.page.updateMany({ where: { id: page.id }, data: { testPassedAt: null } });
  const variant = await world.addVariant({ shopId: shop.id });
  await world.addWaiting({ page, variantId: variant.id, count: 1, isTest: true });
  await world.openRestock({ shopId: shop.id, variantId: variant.id, isTest: true, notificationQuota: 1 });
  await world.runOut({ metaPageId: metaPage.id });
  const [line] = world.notifiedOf(metaPage.id);
  return { page: await db.page.findFirstOrThrow({ where: { id: page.id } }), body: JSON.parse(line!.body) };
}

test("the merchant's test passes with a picture where the Page takes one", async () => {
  const { page, body } = await tested({ takesPictures: true });
  expect(page).toMatchObject({ imagesAccepted: true, issue: null });
  expect(page.testPassedAt).not.toBeNull();
  expect(body.message.attachment.payload.template_type).toBe('generic');
});

test('where the Page takes none, the same test goes out without it, and that is remembered', async () => {
  const { page, body } = await tested({ takesPictures: false });
  expect(page).toMatchObject({ imagesAccepted: false, issue: null });
  expect(page.testPassedAt).not.toBeNull();
  expect(body.message.attachment.payload.template_type).toBe('button');
});

test('a notice has product, variant, price, the way to buy, no thanks and next time; it never says reserved', async () => {
  const { metaPageId, shop } = await world.shopWithWaiting({ count: 1 });
  await world.runOut({ metaPageId });
  const row = await db.notification.findFirstOrThrow({ where: { shopId: shop.id } });
  const body = JSON.parse(world.notifiedOf(metaPageId)[0]!.body);
  const { text, buttons, template_type } = body.message.attachment.payload;
  expect(template_type).toBe('button');
  expect(text).toContain('Linen shirt, M');
  expect(text).toContain('€49.00');
  expect(text).not.toMatch(/reserv/i);
  expect(buttons).toEqual([
    { type: 'web_url', title: ourText('button.buy'), url: `https://app.notify.example/go/${row.linkCode}` },
    { type: 'postback', title: ourText('button.no'), payload: `no1_${shop.id}_${row.subscriptionId}` },
    { type: 'postback', title: ourText('button.next'), payload: `next1_${shop.id}_${row.subscriptionId}` },
  ]);
  expect(body.message.metadata).toBe(`n1_${shop.id}_${row.id}`);
  expect(row.linkCode).toMatch(/^[\w-]{16}$/);
});
