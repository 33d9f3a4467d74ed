// The merchant chooses how fast their Page may speak.
import { db, type Tx } from '../db.server.ts';

/** Up to 300 a second; a shop without a Page has nothing to pace. */
export const choosePace = ({ shopId, perSecond, tx = db }: { shopId: bigint; perSecond: number; tx?: Tx }) =>
  tx.page.updateMany({
    where: { shopId, disconnectedAt: null, replacedAt: null },
    data: { perSecond },
  });
