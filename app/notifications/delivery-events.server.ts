// Echo, delivery and read events of notifications; an echo overrides what we assumed.
import { db, type Tx } from '../db.server.ts';
import { recordTestPassed } from '../messenger/pages.server.ts';
import { readMetadataId } from './message.ts';
import { finishSent } from './finish.server.ts';

/**
 * The Page's thread shows our notice: it was sent, whatever its fate was held to be. Safe to run again.
 * @returns whether the mark was one of ours.
 */
export async function finishByEcho({
  metaPageId,
  metadata,
  mid,
  now,
  tx,
}: {
  metaPageId: string;
  metadata: string | null;
  mid: string | null;
  now: Date;
  tx?: Tx;
}): Promise<boolean> {
  const mark = readMetadataId(metadata);
  if (mark === undefined) return false;
  const work = async (within: Tx) => {
    const row = await within.notification.findFirst({
      where: { ...mark, metaPageId },
      select: { state: true, mid: true, isTest: true, pageId: true },
    });
    if (row === null || (row.state === 'sent' && row.mid !== null)) return;
    if (row.state === 'sent') {
      await within.notification.updateMany({ where: { ...mark, mid: null }, data: { mid } });
      return;
    }
    await finishSent({ tx: within, sent: [{ id: mark.id, mid }], now });
    if (row.isTest) await recordTestPassed({ pageId: row.pageId, picture: null, now, tx: within });
  };
  await (tx === undefined ? db.$transaction(work) : work(tx));
  return true;
}

type Seen = {
  metaPageId: string;
  psid: string;
  /** Everything sent up to then. */ watermark: Date;
  now: Date;
  tx?: Tx;
};

/** Delivered to the person's phone. Meta's watermark covers all that went before. */
export async function recordDelivered({ metaPageId, psid, watermark, now, tx = db }: Seen): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Notification" n SET "deliveredAt" = LEAST(${watermark}::timestamptz, ${now}::timestamptz)
    FROM "Page" p JOIN "Shopper" s ON s."pageId" = p."id" AND s."psid" = ${psid} JOIN "Subscription" b ON b."shopId" = s."shopId" AND b."shopperId" = s."id"
    WHERE p."metaPageId" = ${metaPageId} AND n."shopId" = b."shopId" AND n."subscriptionId" = b."id"
      AND n."deliveredAt" IS NULL AND n."state" IN ('sent', 'presumed') AND n."begunAt" <= ${watermark}::timestamptz`;
}

/** Read by the person: whatever is read was delivered too. */
export async function recordRead({ metaPageId, psid, watermark, now, tx = db }: Seen): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Notification" n SET "readAt" = LEAST(${watermark}::timestamptz, ${now}::timestamptz), "deliveredAt" = COALESCE(n."deliveredAt", LEAST(${watermark}::timestamptz, ${now}::timestamptz))
    FROM "Page" p JOIN "Shopper" s ON s."pageId" = p."id" AND s."psid" = ${psid} JOIN "Subscription" b ON b."shopId" = s."shopId" AND b."shopperId" = s."id"
    WHERE p."metaPageId" = ${metaPageId} AND n."shopId" = b."shopId" AND n."subscriptionId" = b."id"
      AND n."readAt" IS NULL AND n."state" IN ('sent', 'presumed') AND n."begunAt" <= ${watermark}::timestamptz`;
}
