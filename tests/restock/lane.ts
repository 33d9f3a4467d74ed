// A lane in miniature for the tests of this room: tells everybody who may be told by the open restocks, through the room's own gate.
import { db } from '../../app/db.server.ts';
import { countTold, roomIn } from '../../app/restock/allowance.server.ts';
import { claimLine, endSubscriptions } from '../../app/waitlist/claim-line.server.ts';
import { clock, type House } from './house.ts';

/** @returns the shoppers told, oldest yes first. */
export async function tellAll({ shopId, page }: House, { atMost = Infinity } = {}): Promise<bigint[]> {
  const told: bigint[] = [];
  const open = await db.restock.findMany({ where: { shopId, closedAt: null }, orderBy: { id: 'asc' } });
  for (const { id: restockId, variantId, isTest } of open)
    await db.$transaction(async (tx) => {
      const now = clock();
      const room = await roomIn({ tx, shopId, restockId, now });
      const limit = Math.min(room, atMost - told.length, 100_000);
      if (limit <= 0) return;
      const line = { tx, shopId, variantId, pageId: page.id, restockId, isTest, limit, except: [], now };
      const next = await claimLine(line);
      for (const { id: subscriptionId, shopperId } of next)
        await tx.notification.create({
          data: {
            shopId,
            subscriptionId,
            restockId,
            shopperId,
            pageId: page.id,
            metaPageId: page.metaPageId,
            code: `code-${subscriptionId}`,
            state: 'sent',
            isTest,
            epoch: 1n,
            claimedAt: now,
            settledAt: now,
          },
        });
      await countTold({ tx, restockId, count: next.length });
      const because = next.map(() => null);
      await endSubscriptions({ tx, ids: next.map(({ id }) => id), ending: 'told', because, now });
      told.push(...next.map(({ shopperId }) => shopperId));
    });
  return told;
}
