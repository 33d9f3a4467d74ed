// What is forgotten of a shop that is erased and that no cascade reaches: its logins under way and its events not yet handled.
import { db } from '../db.server.ts';

/** Safe to run again. Events that name no shop may be another's, and go by themselves within 30 days. */
export async function forgetShop({ shopId }: { shopId: bigint }): Promise<void> {
  await db.loginState.deleteMany({ where: { shopId } });
  await db.inbox.deleteMany({ where: { shopId } });
}
