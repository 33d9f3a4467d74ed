// Finds things in a shop by the names that people use.
import type { World } from '../world.ts';

/** `variantNamed({ product: 'Linen shirt', title: 'M / Sand' })`. @throws when the shop has no such variant. */
export function variantNamed({
  world,
  shop: domain,
  product,
  title,
}: {
  world: World;
  shop: string;
  product: string;
  title: string;
}) {
  const shop = world.shopify.store.shop(domain);
  const found = [...shop.products.values()].find((each) => each.title === product);
  const variant = found?.variantIds.map((id) => shop.variants.get(id)!).find((each) => each.title === title);
  if (!found || !variant) throw new Error(`${domain} sells no ${product}, ${title}`);
  return { product: found, variant };
}

/** A location by its name. @throws when there is none. */
export function locationNamed({ world, shop, name }: { world: World; shop: string; name: string }): bigint {
  const found = [...world.shopify.store.shop(shop).locations.values()].find((each) => each.name === name);
  if (!found) throw new Error(`${shop} has no location ${name}`);
  return found.id;
}
