// Opens a restock, moves its allowance and closes it, as decided, and wakes the lanes that may now tell somebody.
import type { Restock } from '@prisma/client';
import type { Tx } from '../db.server.ts';
import { ring } from '../jobs/signal.server.ts';
import type { Decision } from './decide.ts';
import type { Kind } from './sellable.ts';

export type RestockRow = Omit<Restock, 'kind'> & { kind: Kind };

type Of = { tx: Tx; shopId: bigint; variantId: bigint };

/** The variant's newest restock, the open one before any other, locked: a claim that runs right now is waited for. */
export async function newestRestock({ tx, shopId, variantId }: Of): Promise<RestockRow | null> {
  const [row] = await tx.$queryRaw<RestockRow[]>`
    SELECT * FROM "Restock" WHERE "shopId" = ${shopId} AND "variantId" = ${variantId} AND NOT "isTest"
    ORDER BY "closedAt" DESC NULLS FIRST LIMIT 1 FOR NO KEY UPDATE`;
  return row ?? null;
}

/** Writes the restock that was decided on. `at`: when the reading began that found it so. */
export async function keepRestock({
  tx,
  shopId,
  variantId,
  newest,
  decided,
  at,
}: Of & { newest: RestockRow | null; decided: NonNullable<Decision['restock']>; at: Date }): Promise<void> {
  const { row, allowance, ...state } = decided;
  if (row === 'new') {
    await tx.restock.create({
      data: { ...state, allowance, shopId, variantId, openedAt: at, sellableAt: at },
    });
    return;
  }
  const { id } = newest!;
  const sellableAt = state.closedAt === null ? at : newest!.sellableAt;
  // `told` may have moved since it was counted, and is never above the allowance.
  await tx.$executeRaw`
    UPDATE "Restock" SET "closedAt" = ${state.closedAt}, "kind" = ${state.kind}, "allowance" = GREATEST("told", ${allowance}),
      "units" = ${state.units}, "holdUntil" = ${state.holdUntil}, "waveAt" = ${state.waveAt}, "heldAt" = ${state.heldAt},
      "sellableAt" = ${sellableAt}
    WHERE "shopId" = ${shopId} AND "id" = ${id}`;
}

/** Wakes the lane of every Page through which somebody of this shop may wait. */
export async function wakeLanes({ tx, shopId }: { tx: Tx; shopId: bigint }): Promise<void> {
  const pages = await tx.page.findMany({
    where: { shopId, disconnectedAt: null },
    select: { metaPageId: true },
  });
  for (const { metaPageId } of pages) await ring(tx, 'lane', metaPageId);
}
