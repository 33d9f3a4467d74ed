// Replies that wait to be sent: whose they are, what they show, and when they go unsent.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import { carryOutRequest, deleteExpired } from '../../app/maintenance.server.ts';
import { disconnectPage } from '../../app/messenger/connect-page.server.ts';
import { deauthorize } from '../../app/messenger/meta-callbacks.server.ts';
import { clock, enter, openPlace, pass, type Chat } from '../messenger/chat.ts';
import { ourText } from '../messenger/our-text.ts';

/** Meta refuses the token of this Page: its replies wait. @returns what ends it. */
function refuseToken({ messenger, metaPageId }: Chat): () => void {
  const refusal = { code: 190, message: 'dead' };
  messenger.disturb({ kind: 'refuse', fault: refusal, times: 999, only: { pageId: metaPageId } });
  return () => messenger.resetFaultOptions();
}

const waitingAt = ({ metaPageId }: Chat) =>
  db.reply.findMany({
    where: { page: { metaPageId } },
    orderBy: [{ occurredAt: 'asc' }, { position: 'asc' }],
  });

/** Two people of one Page, in a shop each; what both were answered waits. */
async function twoWhoWait() {
  const place = await openPlace({ shops: 2 });
  const [lea, tom] = [enter(place), enter(place)];
  const mend = refuseToken(lea);
  lea.open(lea.ref());
  tom.open(tom.ref({ shop: tom.shops[1]! }));
  await lea.untilIdle();
  const [first, second] = lea.shops;
  expect((await waitingAt(lea)).map(({ shopId }) => shopId).toSorted()).toEqual(
    [first, first, second, second].map((shop) => shop!.shopId),
  );
  return { lea, tom, first: first!, second: second!, mend };
}

test('a waiting reply shows nobody: the person and the words are encrypted for their shop', async () => {
  const { lea, tom, mend } = await twoWhoWait();
  const rows = await queryRows<{ text: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT r::text || encode(r.body, 'escape') AS text FROM replies r JOIN pages p ON p.id = r.page_id WHERE p.meta_page_id = ${lea.metaPageId}`,
  });
  expect(rows).toHaveLength(4);
  for (const { text } of rows)
    for (const secret of [lea.psid(), tom.psid(), 'Linen']) expect(text).not.toContain(secret);
  // A row that got another shop's body is not sent as that shop's words.
  const [mine, , theirs] = await waitingAt(lea);
  await db.reply.updateMany({ where: { id: theirs!.id }, data: { body: mine!.body } });
  mend();
  pass(700);
  await lea.work();
  expect(lea.said()).toHaveLength(2);
  expect(tom.said()).toHaveLength(0);
  await db.reply.deleteMany({ where: { shopId: theirs!.shopId } });
});

test('"forget me" takes the person’s waiting replies from every shop of the Page, and nobody else’s', async () => {
  const { lea, tom, second, mend } = await twoWhoWait();
  pass(1);
  lea.open(lea.ref({ shop: second }));
  await lea.untilIdle();
  expect(await waitingAt(lea)).toHaveLength(6);
  pass(1);
  lea.phone.write('forget me', lea.metaPageId);
  await lea.untilIdle();
  expect(await waitingAt(lea)).toHaveLength(3);
  mend();
  pass(700);
  await lea.untilIdle();
  expect([lea.said().length, tom.said().length]).toEqual([1, 2]);
  expect(lea.lastReply()).toContain(ourText('erase.done'));
  expect(await lea.unfinished()).toBe(0);
});

test('with a shop go its waiting replies; those of another shop on the same Page are sent', async () => {
  const { lea, tom, first, mend } = await twoWhoWait();
  await db.shop.update({ where: { id: first.shopId }, data: { uninstalledAt: clock() } });
  const request = { id: 1n, topic: 'shop/redact', shopId: first.shopId, orders: [], receivedAt: clock() };
  expect(await carryOutRequest({ request, clock })).toBe(true);
  expect((await waitingAt(lea)).map(({ shopId }) => shopId)).not.toContain(first.shopId);
  mend();
  pass(700);
  await tom.untilIdle();
  expect([lea.said().length, tom.said().length]).toEqual([0, 2]);
});

test('the merchant takes the app back at Meta: what waits is kept; a shop that disconnects the Page sends nothing', async () => {
  const { lea, tom, first, mend } = await twoWhoWait();
  const { metaPageId } = lea;
  await db.page.updateMany({ where: { metaPageId }, data: { connectedByUserId: 'ida' } });
  await deauthorize({ userId: 'ida', now: clock() });
  expect(await waitingAt(lea)).toHaveLength(4);
  await disconnectPage({ shopId: first.shopId, metaPageId, now: clock() });
  mend();
  pass(700);
  await lea.untilIdle();
  expect([lea.said().length, tom.said().length]).toEqual([0, 2]);
  expect(await waitingAt(lea)).toEqual([]);
});

test('what could not be sent for a month is deleted, and nothing that is younger', async () => {
  const { lea, mend } = await twoWhoWait();
  pass(29 * 86_400);
  await deleteExpired({ clock });
  expect(await waitingAt(lea)).toHaveLength(4);
  pass(2 * 86_400);
  await deleteExpired({ clock });
  expect(await waitingAt(lea)).toEqual([]);
  mend();
});
