// "My alerts": what a shopper waits for, with picture, place, and a way out of each.
import type { Tx } from '../db.server.ts';
import type { Effects } from '../messenger/inbox.server.ts';
import { LIMIT } from '../messenger/limits.ts';
import { nameWithin } from '../messenger/variant-name.ts';
import { placeInLine } from './line.server.ts';
import { voiceOf, type Turn } from './person.server.ts';

export async function tellAlerts({ tx, turn }: { tx: Tx; turn: Turn }): Promise<Effects> {
  const voice = voiceOf({ turn });
  const { shop, now } = turn;
  const mine = await tx.subscription.findMany({
    where: {
      shopperId: { in: turn.known.filter((one) => one.shopId === shop.id).map((one) => one.id) },
      shopId: shop.id,
      state: { in: ['waiting', 'claimed'] },
      isTest: false,
      expiresAt: { gt: now },
    },
    include: { variant: true },
    orderBy: [{ since: 'asc' }, { id: 'asc' }],
    take: 100,
  });
  if (mine.length === 0) return { say: [voice.reply({ kind: 'text', text: voice.words('alerts.none') })] };
  const cards = await Promise.all(
    mine.slice(0, LIMIT.elements).map(async (one) => {
      const place = await placeInLine({ tx, now, ...one });
      return {
        title: nameWithin({ variant: one.variant, limit: LIMIT.elementTitle }) || shop.name,
        subtitle: voice.words('alerts.line', { place, until: one.expiresAt }),
        imageUrl: one.variant.imageUrl,
        buttons: [voice.button('button.stop', 'stop', one.id)],
      };
    }),
  );
  const buttons = [voice.button('button.stopAll', 'stopall', 0n)];
  return {
    say: [
      voice.reply({ kind: 'cards', cards }),
      voice.reply({ kind: 'buttons', text: voice.words('alerts.count', { count: mine.length }), buttons }),
    ],
  };
}
