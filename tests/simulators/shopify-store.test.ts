// The Shopify simulator remembers a shop, and announces each change as Shopify would.
import { expect, test } from 'vitest';
import { pictureAt } from '../../simulators/shopify/pictures.ts';
import {
  inventoryQuantity,
  isForSale,
  shownFigures,
  unitsOnline,
} from '../../simulators/shopify/shop-state.ts';
import type { Announcement } from '../../simulators/shopify/ledger.ts';
import { DOMAIN, shopifyWorld } from './shopify-world.ts';

function listening() {
  const world = shopifyWorld();
  const heard: Announcement[] = [];
  world.shopify.store.on((announcement) => heard.push(announcement));
  const topics = () => heard.splice(0).map(({ topic }) => topic);
  return { ...world, store: world.shopify.store, heard, topics };
}

test('stock that comes in is announced as a level and as a variant in stock, under one event', () => {
  const { store, heard, variantCalled, warehouse } = listening();
  const { id } = variantCalled({ product: 'Linen shirt', title: 'M / Sand' });
  store.setStock({ shop: DOMAIN, variantId: id, locationId: warehouse, available: 5 });
  expect(heard.map(({ topic }) => topic)).toEqual(['variants/in_stock', 'inventory_levels/update']);
  expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(1);
});

test('a sale takes from a location that serves online orders and is announced as an order on the product', () => {
  const { store, shop, topics, variantCalled, highStreet } = listening();
  const variant = variantCalled({ product: 'Linen shirt', title: 'L / Sand' });
  store.sell({ shop: DOMAIN, variantId: variant.id, quantity: 4 });
  expect(topics()).toEqual(['variants/out_of_stock', 'inventory_levels/update', 'products/update']);
  expect(shop.levels.get(`${variant.inventoryItemId}/${highStreet}`)?.available).toBe(0);
  expect(isForSale({ shop, variant })).toBe(false);
});

test('units in a place that does not fulfil online orders make nothing sellable', () => {
  const { shop, variantCalled } = listening();
  const variant = variantCalled({ product: 'Linen shirt', title: 'XL / Indigo' });
  expect(inventoryQuantity({ shop, variant })).toBe(2);
  expect(unitsOnline({ shop, variant })).toBe(0);
  expect(isForSale({ shop, variant })).toBe(false);
});

test('continue-selling and untracked variants are for sale without a unit', () => {
  const { store, shop, topics, variantCalled } = listening();
  const apron = variantCalled({ product: 'Made-to-order apron', title: 'Default Title' });
  expect(isForSale({ shop, variant: apron })).toBe(true);
  const tote = variantCalled({ product: 'Market tote', title: 'Default Title' });
  expect(isForSale({ shop, variant: tote })).toBe(false);
  store.setTracked({ shop: DOMAIN, variantId: tote.id, tracked: false });
  expect(isForSale({ shop, variant: tote })).toBe(true);
  expect(topics()).toEqual(['variants/in_stock', 'inventory_items/update']);
});

test('a bundle goes by its components, and hears of them coming in', () => {
  const { store, shop, topics, variantCalled, warehouse } = listening();
  const tote = variantCalled({ product: 'Market tote', title: 'Default Title' });
  const bundle = store.createProduct({
    shop: DOMAIN,
    title: 'Picnic set',
    variants: [{ tracked: false, components: [{ variantId: tote.id, quantity: 2 }] }],
  });
  const variant = shop.variants.get(bundle.variantIds[0]!)!;
  expect(isForSale({ shop, variant })).toBe(false);
  topics();
  store.setStock({ shop: DOMAIN, variantId: tote.id, locationId: warehouse, available: 1 });
  expect(isForSale({ shop, variant })).toBe(false);
  store.setStock({ shop: DOMAIN, variantId: tote.id, locationId: warehouse, available: 2 });
  expect(isForSale({ shop, variant })).toBe(true);
  expect(topics().filter((topic) => topic === 'variants/in_stock')).toHaveLength(2);
});

test('a stale figure stays up for the time it was told to, while the truth has moved on', () => {
  const { store, shop, variantCalled, warehouse, pass } = listening();
  const variant = variantCalled({ product: 'Linen shirt', title: 'M / Sand' });
  store.setStale(60_000);
  store.setStock({ shop: DOMAIN, variantId: variant.id, locationId: warehouse, available: 5 });
  const shown = () => shownFigures({ shop, variant, now: store.now() });
  expect(isForSale({ shop, variant })).toBe(true);
  expect(shown()).toEqual({ availableForSale: false, sellableOnlineQuantity: 0 });
  pass(61);
  expect(shown()).toEqual({ availableForSale: true, sellableOnlineQuantity: 5 });
});

test('deleting the last variant of an item deletes the item; one that is shared stays', () => {
  const { store, shop, topics, variantCalled } = listening();
  const tote = variantCalled({ product: 'Market tote', title: 'Default Title' });
  const twin = store.createProduct({
    shop: DOMAIN,
    title: 'Market tote, gift-wrapped',
    variants: [{ inventoryItemId: tote.inventoryItemId }],
  });
  topics();
  store.deleteVariant({ shop: DOMAIN, variantId: tote.id });
  expect(topics()).toEqual(['products/update']);
  expect(shop.items.has(tote.inventoryItemId)).toBe(true);
  store.deleteProduct({ shop: DOMAIN, productId: twin.id });
  expect(topics()).toEqual(['inventory_items/delete', 'products/delete']);
  expect(shop.items.has(tote.inventoryItemId)).toBe(false);
  expect([...shop.levels.values()].some((level) => level.inventoryItemId === tote.inventoryItemId)).toBe(
    false,
  );
});

test('the memory survives a snapshot digit for digit', () => {
  const { store, variantCalled, warehouse } = listening();
  const { id } = variantCalled({ product: 'Linen shirt', title: 'M / Sand' });
  const text = store.snapshot();
  store.setStock({ shop: DOMAIN, variantId: id, locationId: warehouse, available: 5 });
  expect(store.snapshot()).not.toBe(text);
  store.restore(text);
  expect(store.snapshot()).toBe(text);
  const variant = store.shop(DOMAIN).variants.get(id)!;
  expect(variant.createdAt).toBeInstanceOf(Date);
  expect(isForSale({ shop: store.shop(DOMAIN), variant })).toBe(false);
});

test('the demo shop has one product for every situation, with a picture for each', () => {
  const { shop } = listening();
  const products = [...shop.products.values()];
  const states = products.map((product) => {
    const variants = product.variantIds.map((id) => shop.variants.get(id)!);
    const forSale = variants.filter((variant) => isForSale({ shop, variant })).length;
    return `${product.title}: ${forSale} of ${variants.length}`;
  });
  expect(states).toEqual([
    'Linen shirt: 4 of 8',
    'Gauze scarf: 0 of 3',
    'Market tote: 0 of 1',
    'Waffle towel: 2 of 2',
    'Made-to-order apron: 1 of 1',
    'Linen ribbon: 263 of 300',
  ]);
  for (const url of [...products, ...shop.variants.values()].flatMap(({ imageUrl }) => imageUrl ?? []))
    expect(pictureAt(url)).toMatch(/^<svg /);
  expect(pictureAt('https://cdn.shopify.com/s/files/demo/nothing.svg')).toBeNull();
});
