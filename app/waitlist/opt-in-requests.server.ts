// The Notify Me requests that were made, and which were sent.
import type { OptInRequest, Prisma } from '@prisma/client';
import type { Tx } from '../db.server.ts';

export async function createOptInRequest({
  tx,
  ...data
}: { tx: Tx } & Prisma.OptInRequestUncheckedCreateInput): Promise<OptInRequest> {
  return tx.optInRequest.create({ data });
}

/** `mid`: Meta's id of the message, where it told one. */
export async function recordRequestSent({
  tx,
  shopId,
  id,
  mid,
  now,
}: {
  tx: Tx;
  shopId: bigint;
  id: bigint;
  mid: string | null;
  now: Date;
}): Promise<void> {
  await tx.optInRequest.updateMany({
    where: { shopId, id },
    data: { sentAt: now, ...(mid === null ? {} : { mid }) },
  });
}
