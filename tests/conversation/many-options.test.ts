// A product with more options than fit in one message: every sold-out one can be found, picked, written and asked for.
import { beforeAll, expect, test } from 'vitest';
import { fixedPart, ourText } from '../messenger/our-text.ts';
import { enter, openPlace, pass, type Scene } from '../messenger/stage.ts';

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

async function write(scene: Scene, text: string): Promise<void> {
  pass(1);
  scene.phone.write(text, scene.metaPageId);
  await scene.settle();
}

const quickReplies = (scene: Scene) => scene.said().at(-1)!.content.quick_replies ?? [];

test('80 sizes of which only the 60th is sold out: its link, its name and another size lead to that one', async () => {
  const { url, variantIds } = makeProduct({ title: 'Ring', count: 80, soldOut: [59] });
  const asked = ourText('request.title', { product: 'Ring, No 60' });
  const byLink = enter(place);
  await write(byLink, url);
  expect(byLink.lastSaid()).toContain(asked);
  const byName = enter(place);
  await byName.post({ what: { postback: { title: 'Get Started', payload: 'start1', mid: 'm_ring' } } });
  await byName.settle();
  await write(byName, 'ring');
  expect(byName.lastSaid()).toContain(asked);
  const another = enter(place);
  another.open(another.ref({ variantId: variantIds[0]! }));
  await another.settle();
  another.phone.tapButton(another.bubbleWith(ourText('button.more')), ourText('button.more'));
  await another.settle();
  expect(quickReplies(another).map(({ title }) => title)).toEqual(['No 60']);
});

test('120 sold-out options: the question says how many there are, and its last choice leads on until each was shown once', async () => {
  const soldOut = Array.from({ length: 120 }, (_, at) => at + 10);
  const { url, variantIds } = makeProduct({ title: 'Yarn', count: 200, soldOut });
  const scene = enter(place);
  await write(scene, url);
  expect(scene.lastSaid()).toContain(ourText('find.shortened', { shown: 12, count: 120 }));
  const shown: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const replies = quickReplies(scene);
    const next = replies.find(({ payload }) => payload!.startsWith('after1_'));
    shown.push(...replies.filter((one) => one !== next).map(({ payload }) => payload!));
    if (next === undefined) break;
    pass(1);
    scene.phone.tapButton(scene.said().at(-1)!.mid, next.title!);
    await scene.settle();
  }
  expect(shown).toEqual(soldOut.map((at) => `want1_${scene.shopId}_${variantIds[at]!}`));
  expect(scene.lastSaid()).not.toContain(fixedPart('find.shortened'));
  expect(scene.messenger.refusals().filter(({ pageId }) => pageId === scene.metaPageId)).toEqual([]);
});

test('500 options: the last of them is found by what the person writes', async () => {
  const { url } = makeProduct({ title: 'Screw', count: 500, soldOut: [0, 300, 499] });
  const scene = enter(place);
  await write(scene, url);
  expect(quickReplies(scene).map(({ title }) => title)).toEqual(['No 1', 'No 301', 'No 500']);
  await write(scene, 'no 500 please');
  expect(scene.lastSaid()).toContain(ourText('request.title', { product: 'Screw, No 500' }));
}, 60_000);
