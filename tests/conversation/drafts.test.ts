// A product that the online store does not show is nobody's business: no way in tells a shopper its name or shows its picture.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { acquireLease } from '../../app/jobs/lease.server.ts';
import { makePayload, type Verb } from '../../app/messenger/payloads.ts';
import { requestAllStockChecks } from '../../app/stock/check-requests.server.ts';
import { runDueChecks } from '../../app/stock/run-checks.server.ts';
import { clock, pass, setScene, type Scene } from '../messenger/stage.ts';

const SECRET = 'Unreleased jacket';
const PICTURE = 'https://cdn.shopify.com/s/files/secret.jpg';

const hidden = {
  'a draft': { status: 'DRAFT' as const },
  'an archived product': { status: 'ARCHIVED' as const },
  'a product that is published elsewhere only': { published: false },
};

const everythingSaid = (scene: Scene) => JSON.stringify(scene.said().map((one) => one.content));
const knowsSecret = async (scene: Scene) =>
  (await db.variant.findMany({ where: { shopId: scene.shopId } })).some(
    (one) => one.productTitle.includes('Unreleased') || one.imageUrl?.startsWith(PICTURE),
  );

for (const [what, given] of Object.entries(hidden))
  test(`${what}: by a ref, a link, a name, or a button of long ago, nothing of it is said or kept`, async () => {
    const scene = await setScene();
    const product = scene.shopify.store.createProduct({
      ...{ shop: scene.domain, title: SECRET, imageUrl: PICTURE, variants: [{}], ...given },
    });
    const [variantId] = product.variantIds;
    scene.open(scene.ref());
    await scene.settle();
    const press = (verb: Verb) => {
      const payload = makePayload({ verb, shopId: scene.shopId, id: variantId! });
      return scene.post({ what: { postback: { mid: `${verb}-${scene.personId}`, title: 'x', payload } } });
    };
    const link = `https://${scene.domain}/products/${product.handle}`;
    const ways: (() => unknown)[] = [
      () => scene.open(scene.ref({ variantId: variantId! })),
      () => void scene.phone.write(`${link}?variant=${variantId}`, scene.metaPageId),
      () => void scene.phone.write(link, scene.metaPageId),
      () => void scene.phone.write('unreleased', scene.metaPageId),
      () => press('want'),
      () => press('more'),
      () => press('pick'),
    ];
    for (const way of ways) {
      pass(1);
      const before = scene.said().length;
      await way();
      await scene.settle();
      expect(scene.said().length).toBeGreaterThan(before);
      expect(everythingSaid(scene)).not.toContain('Unreleased');
      expect(everythingSaid(scene)).not.toContain(PICTURE);
    }
    expect(await knowsSecret(scene)).toBe(false);
    expect(await db.optInRequest.count({ where: { shopId: scene.shopId, variantId: variantId! } })).toBe(0);
  });

test('a product that goes back to draft under a new name: who waits reads the name that was shown, whatever looks learn', async () => {
  const scene = await setScene();
  await scene.subscribe();
  const of = { shop: scene.domain, productId: scene.productId };
  scene.shopify.store.setStatus({ ...of, status: 'DRAFT' });
  scene.shopify.store.updateProduct({ ...of, title: SECRET, imageUrl: PICTURE });
  await db.$transaction((tx) => requestAllStockChecks({ tx, shopId: scene.shopId, now: clock() }));
  const acquired = await acquireLease({ name: `shop:${scene.shopId}`, holder: 'looker' });
  if ('heldForMs' in acquired) throw new Error('held');
  const round = await runDueChecks({ shopId: scene.shopId, lease: acquired.lease, clock });
  expect(round).toMatchObject({ outcome: 'looked' });

  const [subscription] = await scene.subscriptions();
  const { shopId } = scene;
  const press = (verb: Verb, id: bigint) => {
    const payload = makePayload({ verb, shopId, id });
    return scene.post({ what: { postback: { mid: `${verb}-${scene.personId}`, title: 'x', payload } } });
  };
  const ways: (() => unknown)[] = [
    () => void scene.phone.write('my alerts', scene.metaPageId),
    () => scene.open(scene.ref()),
    () => press('next', subscription!.id),
    () => press('no', subscription!.id),
    () => press('others', subscription!.id),
    () => press('stop', subscription!.id),
  ];
  for (const way of ways) {
    pass(1);
    await way();
    await scene.settle();
  }
  expect(everythingSaid(scene)).toContain('Linen shirt');
  expect(everythingSaid(scene)).not.toContain('Unreleased');
  expect(everythingSaid(scene)).not.toContain(PICTURE);
  expect(await knowsSecret(scene)).toBe(false);

  // Shown again, it is what it is called now.
  scene.shopify.store.setStatus({ ...of, status: 'ACTIVE' });
  pass(1);
  scene.open(scene.ref());
  await scene.settle();
  expect(everythingSaid(scene)).toContain(SECRET);
});
