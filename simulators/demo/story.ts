// Prints the story as it happens: one line for each message and each webhook.
import { textOf } from '../messenger/message-shape.ts';
import type { World } from '../world.ts';
import { SHOP } from './seed.ts';

const TOPICS: Record<string, string> = {
  'inventory_levels/update': 'Shopify: an inventory level has moved.',
  'products/update': 'Shopify: a product has changed.',
  'orders/create': 'Shopify: somebody has ordered.',
  'orders/paid': 'Shopify: the order is paid.',
  'orders/updated': 'Shopify: an order has changed.',
  'app/scopes_update': 'Shopify: the app may read more or less than before.',
  'app/uninstalled': 'Shopify: the app was uninstalled.',
};

/** Says each line with the seconds since the start. Returns the switch that ends it. */
export function tellStory({ world, print }: { world: World; print: (line: string) => void }): () => void {
  const began = Date.now();
  const line = (text: string) => print(`${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  const name = (personId: string) => world.messenger.world.people.get(personId)?.name ?? personId;
  const unwatchPhones = world.messenger.watch((change) => {
    const message =
      change.kind === 'message' ? world.messenger.world.messages.get(change.mid ?? '') : undefined;
    if (!message) return;
    const paid = world.messenger.ledger().at(-1);
    const spends = paid?.mid === message.mid && paid.paidBy === 'token' ? ' (uses the grant)' : '';
    line(`To ${name(change.personId)}'s phone${spends}: ${oneLine(textOf(message.content))}`);
  });
  const unwatchShop = world.shopify.store.on(({ shop, topic }) => {
    if (shop === SHOP) line(TOPICS[topic] ?? `Shopify: ${topic}.`);
  });
  return () => {
    unwatchPhones();
    unwatchShop();
  };
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
