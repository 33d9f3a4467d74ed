// Replies that wait to be sent, in each shopper's order, until Meta has accepted them.
import { type Page, type Reply as StoredReply, Prisma } from '@prisma/client';
import { randomUUID } from 'node:crypto';
import { db, queryRows, type Tx } from '../db.server.ts';
import { env } from '../env.server.ts';
import { holds, type Lease } from '../jobs/lease.server.ts';
import { DAY, later, MINUTE, SECOND, type Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { keyedHash, keyedHashes, encrypt, decrypt } from '../lib/encryption.server.ts';
import { messageBody, simpler, type ReplyContent } from '../messenger/reply-body.ts';
import { setIssue } from '../messenger/pages.server.ts';
import { openWindow, replyPermission } from '../messenger/permissions/open-window.ts';
import type { SendAnswer } from '../messenger/send-api.server.ts';

/** One thing to say to one person, through one shop's connection to the Page. */
export type Reply = {
  shopId: bigint;
  pageId: bigint;
  psid: string;
  content: ReplyContent;
  /** The opt-in request that this reply is. */
  optInRequestId?: bigint | undefined;
};

export type SendReply = (given: { page: Page; body: string }) => Promise<SendAnswer>;
type ReplyResult =
  { outcome: 'sent'; mid: string | null } | { outcome: 'refused'; code: number; subcode: number | null };
export type OnReplySent = (
  given: { tx: Tx; reply: Reply; page: Page | null; now: Date } & ReplyResult,
) => Promise<void>;

/** What Meta's echo of a reply bears. Its id is random, so that nobody can name a reply that they have not seen. */
const metadataId = ({ shopId, id }: Pick<StoredReply, 'shopId' | 'id'>): string => `p1_${shopId}_${id}`;

function readMetadataId(metadata: string | null): Pick<StoredReply, 'shopId' | 'id'> | undefined {
  const found = /^p1_(\d{1,18})_([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/.exec(metadata ?? '');
  return found === null ? undefined : { shopId: BigInt(found[1]!), id: found[2]! };
}

/**
 * Whether an echo is of something that we sent. Every app of a Page reads our marks, so a mark proves nothing beside another app's id;
 * alone it does where Meta names no app.
 */
export const isOwnEcho = ({ appId, metadata }: { appId: string | null; metadata: string | null }): boolean =>
  appId === env.META_APP_ID || (appId === null && /^[np]1_/.test(metadata ?? ''));

/** One person's replies are sent in their order, whichever shops of the Page they come from. */
const orderingKeyText = ({ metaPageId, psid }: { metaPageId: string; psid: string }) =>
  `replies ${metaPageId} ${psid}`;

/** Stores replies in the order in which they are to be sent. `at`: when the person did what they answer; the window is open from then on. */
export async function storeReplies({
  tx,
  metaPageId,
  at,
  replies,
  now,
}: {
  tx: Tx;
  metaPageId: string;
  at: Date;
  replies: Reply[];
  now: Date;
}): Promise<void> {
  if (replies.length === 0) return;
  await tx.reply.createMany({
    data: replies.map(({ shopId, pageId, psid, content, optInRequestId }) => ({
      shopId,
      id: randomUUID(),
      pageId,
      orderingKey: keyedHash(orderingKeyText({ metaPageId, psid })),
      optInRequestId: optInRequestId ?? null,
      occurredAt: at,
      createdAt: now,
      dueAt: now,
      body: encryptBody({ shopId, psid, content }),
    })),
  });
}

const keyOf = ({ shopId, id }: StoredReply) => ({ shopId, id });

const encryptBody = ({ shopId, psid, content }: Pick<Reply, 'shopId' | 'psid' | 'content'>) =>
  encrypt(JSON.stringify({ psid, content }), { shopId, purpose: 'reply' });

function open({ shopId, pageId, optInRequestId, body }: StoredReply): Reply {
  const { psid, content } = JSON.parse(decrypt(body, { shopId, purpose: 'reply' })) as Pick<
    Reply,
    'psid' | 'content'
  >;
  return { shopId, pageId, psid, content, optInRequestId: optInRequestId ?? undefined };
}

/** What was still to be said to one person on one Page, by any of its shops. */
export async function eraseReplies({
  tx,
  metaPageId,
  psid,
}: {
  tx: Tx;
  metaPageId: string;
  psid: string;
}): Promise<void> {
  await tx.reply.deleteMany({
    where: { orderingKey: { in: keyedHashes(orderingKeyText({ metaPageId, psid })) } },
  });
}

/** Housekeeping: replies of Pages that nothing is sent through any more. */
export async function deleteExpiredReplies({ now }: { now: Date }): Promise<void> {
  await db.reply.deleteMany({ where: { createdAt: { lt: later(now, -30 * DAY) } } });
}

const BATCH_SIZE = 64;

/** The next reply of every person that is due. */
export const dueReplies = ({ metaPageId, now }: { metaPageId: string; now: Date }) =>
  queryRows<StoredReply>({
    tx: db,
    sql: Prisma.sql`
    SELECT r.* FROM replies r JOIN pages p ON p.shop_id = r.shop_id AND p.id = r.page_id
    WHERE p.meta_page_id = ${metaPageId} AND r.due_at <= ${now}
      AND NOT EXISTS (
        SELECT 1 FROM replies b WHERE b.ordering_key = r.ordering_key
          AND (b.occurred_at, b.position) < (r.occurred_at, r.position))
    ORDER BY r.position LIMIT ${BATCH_SIZE}`,
  });

/** When the next reply of any person is due; what waits behind one that was put off does not count. */
export async function nextReplyDueAt({ metaPageId }: { metaPageId: string }): Promise<Date | null> {
  const [next] = await queryRows<{ at: Date | null }>({
    tx: db,
    sql: Prisma.sql`
    SELECT min(r.due_at) AS at FROM replies r JOIN pages p ON p.shop_id = r.shop_id AND p.id = r.page_id
    WHERE p.meta_page_id = ${metaPageId}
      AND NOT EXISTS (
        SELECT 1 FROM replies b WHERE b.ordering_key = r.ordering_key
          AND (b.occurred_at, b.position) < (r.occurred_at, r.position))`,
  });
  return next?.at ?? null;
}

/**
 * Says one reply. Before the call it is made due again 20 s from now: whatever happens to this process, the reply is then said
 * once more unless its echo has come first.
 */
async function sendStoredReply({
  row,
  lease,
  clock,
  sendReply,
  onReplySent,
}: {
  row: StoredReply;
  lease: Lease;
  clock: Clock;
  sendReply: SendReply;
  onReplySent: OnReplySent;
}): Promise<void> {
  const now = clock();
  const tooLate = openWindow.diesAt(row.occurredAt) <= now;
  if (tooLate) return giveUp({ row, reason: 'window closed' });
  const reply = open(row);
  const page = await db.page.findFirst({
    where: { id: reply.pageId, shopId: reply.shopId, disconnectedAt: null },
  });
  if (page === null) return giveUp({ row, reason: 'disconnected' });
  if (row.attempts >= 2) return giveUp({ row, reason: 'unknown fate, twice' });
  const claimed = await db.reply.updateMany({
    where: { ...keyOf(row), attempts: row.attempts, dueAt: row.dueAt },
    data: { attempts: row.attempts + 1, dueAt: later(now, openWindow.whenLost.waitMs) },
  });
  if (claimed.count === 0) return;
  if (!holds(lease)) {
    // Nothing was sent: whoever holds the Page's lease now may send it at once.
    await db.reply.updateMany({
      where: { ...keyOf(row), attempts: row.attempts + 1 },
      data: { attempts: row.attempts, dueAt: row.dueAt },
    });
    return;
  }
  const body = messageBody({ psid: reply.psid, replyContent: reply.content, mark: metadataId(row) });
  const call = async (): Promise<SendAnswer> => sendReply({ page, body });
  const answer = await call().catch((error: unknown): SendAnswer => {
    // The Page's token can't be opened, or the like: nothing has left.
    log.error('reply.send_failed', { shopId: reply.shopId, replyId: row.id, error });
    return { outcome: 'lost', began: false };
  });
  await finishReply({ row, reply, page, answer, onReplySent, now: clock() });
}

async function giveUp({ row, reason }: { row: StoredReply; reason: string }): Promise<void> {
  log.warn('reply.given_up', { shopId: row.shopId, reason });
  await db.reply.deleteMany({ where: keyOf(row) });
}

/** A reply of which something else than Meta is in the way must not keep the others of its Page waiting. */
export async function sendOrPostpone(given: Parameters<typeof sendStoredReply>[0]): Promise<void> {
  const { row, clock } = given;
  try {
    await sendStoredReply(given);
  } catch (error) {
    log.error('reply.postponed', { shopId: row.shopId, replyId: row.id, error });
    await db.reply.updateMany({ where: keyOf(row), data: { dueAt: later(clock(), MINUTE) } });
  }
}

async function finishReply({
  row,
  reply,
  page,
  answer,
  onReplySent,
  now,
}: {
  row: StoredReply;
  reply: Reply;
  page: Page;
  answer: SendAnswer;
  onReplySent: OnReplySent;
  now: Date;
}): Promise<void> {
  const done = (result: ReplyResult) =>
    db.$transaction(async (tx) => {
      const gone = await tx.reply.deleteMany({ where: keyOf(row) });
      if (gone.count === 1) await onReplySent({ tx, reply, page, now, ...result });
    });
  /** Meta surely did not send it: the attempt does not count. */
  const again = (ms: number) =>
    db.reply.updateMany({
      where: keyOf(row),
      data: { attempts: row.attempts, dueAt: later(now, ms) },
    });
  if (answer.outcome === 'accepted') return done({ outcome: 'sent', mid: answer.mid ?? null });
  const patience = Math.min((now.getTime() - row.createdAt.getTime()) / 2, 10 * MINUTE);
  if (answer.outcome === 'lost') {
    if (!answer.began) await again(Math.max(2 * SECOND, patience));
    return;
  }
  const { consequence, code, subcode = null } = answer;
  const refused = { outcome: 'refused', code, subcode } as const;
  if (lacksPermission({ reply, page, answer })) {
    await setIssue({ pageId: page.id, issue: 'not_granted', now });
    return done(refused);
  }
  if (consequence.kind === 'page_trouble') {
    const { whole, issue } = consequence;
    await setIssue({
      ...(whole ? { metaPageId: page.metaPageId } : { pageId: page.id }),
      issue,
      now,
    });
  }
  const rest = isAboutTheMessage(answer) ? simpler(reply.content) : null;
  if (rest !== null) {
    log.warn('reply.reduced', {
      shopId: reply.shopId,
      code,
      subcode,
    });
    await db.reply.updateMany({
      where: keyOf(row),
      data: { attempts: row.attempts, dueAt: now, body: encryptBody({ ...reply, content: rest }) },
    });
    return;
  }
  // Perhaps it was said all the same: that is a reply of unknown fate like any other.
  if (consequence.kind === 'retry' && consequence.fate === 'unknown') return;
  const may = replyPermission(answer);
  if (may.do === 'again') await again(Math.max(may.afterMs, patience));
  else if (may.do === 'wait for the page') await again(MINUTE);
  else {
    log.warn('reply.refused', { shopId: reply.shopId, code, subcode, reason: consequence.kind });
    await done(refused);
  }
}

/** Whether another form of the same message might be taken: a part of it is named as wrong, or a bare 100 says that something is. */
const isAboutTheMessage = ({ consequence, code }: Extract<SendAnswer, { outcome: 'refused' }>): boolean =>
  consequence.kind === 'fix' || (consequence.kind === 'doubtful' && code === 100);

/**
 * Meta prints no answer for a Page without the One-Time Notification permission. An opt-in request that is refused as such, while the
 * card before it was taken, is read as just that; a bare 100 only until the merchant's test has proved the permission.
 */
const lacksPermission = ({
  reply,
  page,
  answer,
}: {
  reply: Reply;
  page: Page;
  answer: Extract<SendAnswer, { outcome: 'refused' }>;
}): boolean =>
  reply.optInRequestId !== undefined &&
  ((answer.consequence.kind === 'page_trouble' && answer.consequence.issue === 'not_granted') ||
    (answer.code === 10 && answer.subcode === undefined) ||
    (answer.consequence.kind === 'doubtful' && page.testPassedAt === null));

/** An echo in this Page's thread says that a reply of unknown fate was heard after all. */
export async function finishReplyByEcho({
  tx,
  metaPageId,
  metadata,
  mid,
  onReplySent,
  now,
}: {
  tx: Tx;
  metaPageId: string;
  metadata: string | null;
  mid: string | null;
  onReplySent: OnReplySent;
  now: Date;
}): Promise<void> {
  const key = readMetadataId(metadata);
  if (key === undefined) return;
  const row = await tx.reply.findFirst({ where: { ...key, page: { metaPageId } } });
  if (row === null) return;
  const reply = open(row);
  const gone = await tx.reply.deleteMany({ where: keyOf(row) });
  if (gone.count === 1) await onReplySent({ tx, reply, page: null, now, outcome: 'sent', mid });
}
