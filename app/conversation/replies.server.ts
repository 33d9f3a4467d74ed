// What we have to say in an open window: kept until it was said, so that no crash can swallow a question.
import type { Inbox, Page } from '@prisma/client';
import { randomUUID } from 'node:crypto';
import { db, type Tx } from '../db.server.ts';
import { env } from '../env.server.ts';
import { holds, type Lease } from '../jobs/lease.server.ts';
import { later, MINUTE, SECOND, type Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { keyedHash, encrypt, decrypt } from '../lib/encryption.server.ts';
import { messageBody, simpler, type ReplyContent } from '../messenger/reply-body.ts';
import { setIssue } from '../messenger/pages.server.ts';
import { openWindow, replyPermission } from '../messenger/permissions/open-window.ts';
import type { SendAnswer } from '../messenger/send-api.server.ts';

/** One thing to say to one person, through one shop's connection to the Page. */
export type Reply = {
  shopId: bigint;
  pageId: bigint;
  psid: string;
  saying: ReplyContent;
  /** The opt-in request that this reply is. */
  requestId?: bigint;
};

export type SendReply = (given: { page: Page; body: string }) => Promise<SendAnswer>;
export type ReplyResult =
  { fate: 'said'; mid: string | null } | { fate: 'refused'; code: number; subcode: number | null };
export type OnReplySent = (
  given: { tx: Tx; reply: Reply; page: Page | null; now: Date } & ReplyResult,
) => Promise<void>;

const binding = { shopId: null, purpose: 'inbox' };
const PREFIX = 'say ';
export const isReply = (row: { key: string }): boolean => row.key.startsWith(PREFIX);

/** The mark of a reply in Meta's echo: its random key, so that nobody can name a reply that they have not seen. */
const metadataOf = ({ key }: { key: string }) => `p1_${key.slice(PREFIX.length)}`;
const idOfMetadata = (metadata: string | null): string | undefined =>
  metadata?.startsWith('p1_') ? `${PREFIX}${metadata.slice(3)}` : undefined;

/**
 * Whether an echo is of something that we sent. Every app of a Page reads our marks, so a mark proves nothing beside another app's id;
 * alone it does where Meta names no app.
 */
export const isOwnEcho = ({ appId, metadata }: { appId: string | null; metadata: string | null }): boolean =>
  appId === env.META_APP_ID || (appId === null && /^[np]1_/.test(metadata ?? ''));

/** What we say to one person goes in its own order. */
export const replyOrderingKey = ({ metaPageId, psid }: { metaPageId: string; psid: string }) =>
  `say ${metaPageId} ${psid}`;

/** Keeps replies in the order in which they are to be said, in a line of their own: no event waits for our own speech. */
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
  await tx.inbox.createMany({
    data: replies.map((reply) => ({
      key: `${PREFIX}${randomUUID()}`,
      metaPageId,
      shopId: reply.shopId,
      person: keyedHash(replyOrderingKey({ metaPageId, psid: reply.psid })),
      at,
      receivedAt: now,
      dueAt: now,
      body: encrypt(write(reply), binding),
    })),
  });
}

const write = (reply: Reply) =>
  JSON.stringify({
    ...reply,
    shopId: String(reply.shopId),
    pageId: String(reply.pageId),
    requestId: reply.requestId === undefined ? undefined : String(reply.requestId),
  });

function open(row: Inbox): Reply {
  const kept = JSON.parse(decrypt(row.body, binding)) as Omit<Reply, 'shopId' | 'pageId' | 'requestId'> & {
    shopId: string;
    pageId: string;
    requestId?: string;
  };
  return {
    ...kept,
    shopId: BigInt(kept.shopId),
    pageId: BigInt(kept.pageId),
    ...(kept.requestId === undefined ? { requestId: undefined } : { requestId: BigInt(kept.requestId) }),
  };
}

/**
 * Says one reply. Before the call its next turn is set to 20 s from now: whatever happens to this process, the reply is then said
 * once more unless its echo has come first.
 */
async function sendStoredReply({
  row,
  lease,
  clock,
  speak,
  said,
}: {
  row: Inbox;
  lease: Lease;
  clock: Clock;
  speak: SendReply;
  said: OnReplySent;
}): Promise<void> {
  const now = clock();
  const tooLate = openWindow.diesAt(row.at) <= now;
  if (tooLate) return giveUp({ row, reason: 'window closed' });
  const reply = open(row);
  const page = await db.page.findFirst({
    where: { id: reply.pageId, shopId: reply.shopId, disconnectedAt: null },
  });
  if (page === null) return giveUp({ row, reason: 'disconnected' });
  if (row.attempts >= 2) return giveUp({ row, reason: 'unknown fate, twice' });
  const claimed = await db.inbox.updateMany({
    where: { id: row.id, attempts: row.attempts, dueAt: row.dueAt },
    data: { attempts: row.attempts + 1, dueAt: later(now, openWindow.whenLost.waitMs) },
  });
  if (claimed.count === 0) return;
  if (!holds(lease)) {
    // Nothing has left the house: whoever holds the Page now may say it at once.
    await db.inbox.updateMany({
      where: { id: row.id, attempts: row.attempts + 1 },
      data: { attempts: row.attempts, dueAt: row.dueAt },
    });
    return;
  }
  const body = messageBody({ psid: reply.psid, saying: reply.saying, mark: metadataOf(row) });
  const call = async (): Promise<SendAnswer> => speak({ page, body });
  const answer = await call().catch((error: unknown): SendAnswer => {
    // The Page's token can't be opened, or the like: nothing has left.
    log.error('a reply could not be sent at all', { shopId: reply.shopId, inboxId: row.id, error });
    return { outcome: 'lost', began: false };
  });
  await finishReply({ row, reply, page, answer, said, now: clock() });
}

async function giveUp({ row, reason }: { row: Inbox; reason: string }): Promise<void> {
  log.warn('a reply was given up', { shopId: row.shopId, reason });
  await db.inbox.deleteMany({ where: { id: row.id } });
}

/** A reply of which something else than Meta is in the way must not keep the others of its Page waiting. */
export async function sayOrPutOff(given: Parameters<typeof sendStoredReply>[0]): Promise<void> {
  const { row, clock } = given;
  try {
    await sendStoredReply(given);
  } catch (error) {
    log.error('a reply could not be said now', { shopId: row.shopId, inboxId: row.id, error });
    await db.inbox.updateMany({ where: { id: row.id }, data: { dueAt: later(clock(), MINUTE) } });
  }
}

async function finishReply({
  row,
  reply,
  page,
  answer,
  said,
  now,
}: {
  row: Inbox;
  reply: Reply;
  page: Page;
  answer: SendAnswer;
  said: OnReplySent;
  now: Date;
}): Promise<void> {
  const done = (fate: ReplyResult) =>
    db.$transaction(async (tx) => {
      const gone = await tx.inbox.deleteMany({ where: { id: row.id } });
      if (gone.count === 1) await said({ tx, reply, page, now, ...fate });
    });
  /** Meta surely did not say it: the attempt does not count. */
  const again = (ms: number) =>
    db.inbox.updateMany({
      where: { id: row.id },
      data: { attempts: row.attempts, dueAt: later(now, ms) },
    });
  if (answer.outcome === 'accepted') return done({ fate: 'said', mid: answer.mid ?? null });
  const patience = Math.min((now.getTime() - row.receivedAt.getTime()) / 2, 10 * MINUTE);
  if (answer.outcome === 'lost') {
    if (!answer.began) await again(Math.max(2 * SECOND, patience));
    return;
  }
  const { consequence, code, subcode = null } = answer;
  const refused = { fate: 'refused', code, subcode } as const;
  if (lacksPermission({ reply, page, answer })) {
    await setIssue({ pageId: page.id, trouble: 'not_granted', now });
    return done(refused);
  }
  if (consequence.kind === 'page_trouble') {
    const { whole, trouble } = consequence;
    await setIssue({
      ...(whole ? { metaPageId: page.metaPageId } : { pageId: page.id }),
      trouble,
      now,
    });
  }
  const rest = isAboutTheMessage(answer) ? simpler(reply.saying) : null;
  if (rest !== null) {
    log.warn('a reply is said again without the part that was refused', {
      shopId: reply.shopId,
      code,
      subcode,
    });
    await db.inbox.updateMany({
      where: { id: row.id },
      data: { attempts: row.attempts, dueAt: now, body: encrypt(write({ ...reply, saying: rest }), binding) },
    });
    return;
  }
  // Perhaps it was said all the same: that is a reply of unknown fate like any other.
  if (consequence.kind === 'retry' && consequence.fate === 'unknown') return;
  const may = replyPermission(answer);
  if (may.do === 'again') await again(Math.max(may.afterMs, patience));
  else if (may.do === 'wait for the page') await again(MINUTE);
  else {
    log.warn('a reply was refused', { shopId: reply.shopId, code, subcode, reason: consequence.kind });
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
  reply.requestId !== undefined &&
  ((answer.consequence.kind === 'page_trouble' && answer.consequence.trouble === 'not_granted') ||
    (answer.code === 10 && answer.subcode === undefined) ||
    (answer.consequence.kind === 'doubtful' && page.testPassedAt === null));

/** An echo in this Page's thread says that a reply of unknown fate was heard after all. */
export async function finishReplyByEcho({
  tx,
  metaPageId,
  metadata,
  mid,
  said,
  now,
}: {
  tx: Tx;
  metaPageId: string;
  metadata: string | null;
  mid: string | null;
  said: OnReplySent;
  now: Date;
}): Promise<void> {
  const key = idOfMetadata(metadata);
  if (key === undefined) return;
  const row = await tx.inbox.findFirst({ where: { key, metaPageId } });
  if (row === null) return;
  const reply = open(row);
  const gone = await tx.inbox.deleteMany({ where: { id: row.id } });
  if (gone.count === 1) await said({ tx, reply, page: null, now, fate: 'said', mid });
}
