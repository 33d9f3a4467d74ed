// A product that the online store does not show is never named or pictured to a shopper, whichever way they ask.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { acquireLease } from '../../app/jobs/lease.server.ts';
import { makePayload, type Verb } from '../../app/messenger/payloads.ts';
import { requestAllStockChecks } from '../../app/stock/check-requests.server.ts';
import { runDueChecks } from '../../app/stock/run-checks.server.ts';
import { clock, pass, openChat, type Chat } from '../messenger/chat.ts';

const SECRET = 'Unreleased jacket';
const PICTURE = 'https://cdn.shopify.com/s/files/secret.jpg';

const hidden = {
  'a draft': { status: 'DRAFT' as const },
  'an archived product': { status: 'ARCHIVED' as const },
  'a product that is published elsewhere only': { published: false },
};

const allReplies = (chat: Chat) => JSON.stringify(chat.said().map((one) => one.content));
const knowsSecret = async (chat: Chat) =>
  (await db.variant.findMany({ where: { shopId: chat.shopId } })).some(
    (one) => one.productTitle.includes('Unreleased') || one.imageUrl?.startsWith(PICTURE),
  );

for (const [what, given] of Object.entries(hidden))
  test(`${what}: by a ref, a link, a name, or a button of long ago, nothing of it is said or kept`, async () => {
    const chat = await openChat();
    const product = chat.shopify.store.createProduct({
      ...{ shop: chat.domain, title: SECRET, imageUrl: PICTURE, variants: [{}], ...given },
    });
    const [variantId] = product.variantIds;
    chat.open(chat.ref());
    await chat.untilIdle();
    const press = (verb: Verb) => {
      const payload = makePayload({ verb, shopId: chat.shopId, id: variantId! });
      return chat.post({ what: { postback: { mid: `${verb}-${chat.personId}`, title: 'x', payload } } });
    };
    const link = `https://${chat.domain}/products/${product.handle}`;
    const ways: (() => unknown)[] = [
      () => chat.open(chat.ref({ variantId: variantId! })),
      () => void chat.phone.write(`${link}?variant=${variantId}`, chat.metaPageId),
      () => void chat.phone.write(link, chat.metaPageId),
      () => void chat.phone.write('unreleased', chat.metaPageId),
      () => press('want'),
      () => press('more'),
      () => press('pick'),
    ];
    for (const way of ways) {
      pass(1);
      const before = chat.said().length;
      await way();
      await chat.untilIdle();
      expect(chat.said().length).toBeGreaterThan(before);
      expect(allReplies(chat)).not.toContain('Unreleased');
      expect(allReplies(chat)).not.toContain(PICTURE);
    }
    expect(await knowsSecret(chat)).toBe(false);
    expect(await db.optInRequest.count({ where: { shopId: chat.shopId, variantId: variantId! } })).toBe(0);
  });

test('a product that goes back to draft under a new name: who waits reads the name that was shown, whatever looks learn', async () => {
  const chat = await openChat();
  await chat.subscribe();
  const of = { shop: chat.domain, productId: chat.productId };
  chat.shopify.store.setStatus({ ...of, status: 'DRAFT' });
  chat.shopify.store.updateProduct({ ...of, title: SECRET, imageUrl: PICTURE });
  await db.$transaction((tx) => requestAllStockChecks({ tx, shopId: chat.shopId, now: clock() }));
  const acquired = await acquireLease({ name: `shop:${chat.shopId}`, holder: 'looker' });
  if ('heldForMs' in acquired) throw new Error('held');
  const round = await runDueChecks({ shopId: chat.shopId, lease: acquired.lease, clock });
  expect(round).toMatchObject({ outcome: 'looked' });

  const [subscription] = await chat.subscriptions();
  const { shopId } = chat;
  const press = (verb: Verb, id: bigint) => {
    const payload = makePayload({ verb, shopId, id });
    return chat.post({ what: { postback: { mid: `${verb}-${chat.personId}`, title: 'x', payload } } });
  };
  const ways: (() => unknown)[] = [
    () => void chat.phone.write('my alerts', chat.metaPageId),
    () => chat.open(chat.ref()),
    () => press('next', subscription!.id),
    () => press('no', subscription!.id),
    () => press('others', subscription!.id),
    () => press('stop', subscription!.id),
  ];
  for (const way of ways) {
    pass(1);
    await way();
    await chat.untilIdle();
  }
  expect(allReplies(chat)).toContain('Linen shirt');
  expect(allReplies(chat)).not.toContain('Unreleased');
  expect(allReplies(chat)).not.toContain(PICTURE);
  expect(await knowsSecret(chat)).toBe(false);

  // Shown again, it is what it is called now.
  chat.shopify.store.setStatus({ ...of, status: 'ACTIVE' });
  pass(1);
  chat.open(chat.ref());
  await chat.untilIdle();
  expect(allReplies(chat)).toContain(SECRET);
});
