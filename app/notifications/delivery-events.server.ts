// Echo, delivery and read events of notifications; an echo overrides what we assumed.
import { db, type Tx } from '../db.server.ts';
import { recordTestPassed } from '../messenger/pages.server.ts';
import { readMetadataId } from './message.ts';
import { finishSent } from './finish.server.ts';

/**
 * The Page's thread shows our notification: it was sent, whatever its fate was held to be. Safe to run again.
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
      select: { status: true, messageId: true, isTest: true, pageId: true },
    });
    if (row === null || (row.status === 'sent' && row.messageId !== null)) return;
    if (row.status === 'sent') {
      await within.notification.updateMany({ where: { ...mark, messageId: null }, data: { messageId: mid } });
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
    UPDATE notifications n SET delivered_at = LEAST(${watermark}::timestamptz, ${now}::timestamptz)
    FROM pages p JOIN shoppers s ON s.page_id = p.id AND s.psid = ${psid} JOIN subscriptions b ON b.shop_id = s.shop_id AND b.shopper_id = s.id
    WHERE p.meta_page_id = ${metaPageId} AND n.shop_id = b.shop_id AND n.subscription_id = b.id
      AND n.delivered_at IS NULL AND n.status IN ('sent', 'assumed_sent') AND n.started_at <= ${watermark}::timestamptz`;
}

/** Read by the person: whatever is read was delivered too. */
export async function recordRead({ metaPageId, psid, watermark, now, tx = db }: Seen): Promise<void> {
  await tx.$executeRaw`
    UPDATE notifications n SET read_at = LEAST(${watermark}::timestamptz, ${now}::timestamptz), delivered_at = COALESCE(n.delivered_at, LEAST(${watermark}::timestamptz, ${now}::timestamptz))
    FROM pages p JOIN shoppers s ON s.page_id = p.id AND s.psid = ${psid} JOIN subscriptions b ON b.shop_id = s.shop_id AND b.shopper_id = s.id
    WHERE p.meta_page_id = ${metaPageId} AND n.shop_id = b.shop_id AND n.subscription_id = b.id
      AND n.read_at IS NULL AND n.status IN ('sent', 'assumed_sent') AND n.started_at <= ${watermark}::timestamptz`;
}
