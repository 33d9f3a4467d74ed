// What comes through one Page changes nothing of another's: every kind of event, with every id that another Page's owner can name.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import { clock, pass, openChat, type Chat } from '../messenger/chat.ts';
import { knock, signed } from '../messenger/webhook-urls.ts';

const OTHER_APP = '555000555';
const OUR_APP = process.env.META_APP_ID!;

/** A shop in full work: somebody waits, a message is under way, a question is asked, and replies wait for the Page. */
async function busyShop() {
  const chat = await openChat();
  await chat.subscribe();
  pass(1);
  chat.open(chat.ref({ variantId: chat.soldOut[1]! }));
  await chat.untilIdle();
  const [subscription] = await chat.subscriptions();
  const { shopId, id: subscriptionId, variantId, shopperId, pageId } = subscription!;
  const restock = await db.restock.create({
    data: {
      shopId,
      variantId,
      openedAt: clock(),
      confirmedAvailableAt: clock(),
      notificationQuota: 1,
      claimedCount: 1,
    },
  });
  await db.subscription.updateMany({ where: { id: subscriptionId }, data: { status: 'claimed' } });
  const notification = await db.notification.create({
    data: {
      ...{ shopId, subscriptionId, shopperId, pageId, restockId: restock.id, metaPageId: chat.metaPageId },
      ...{
        linkCode: `code-${shopId}`,
        status: 'sending',
        leaseEpoch: 1n,
        claimedAt: clock(),
        startedAt: clock(),
      },
    },
  });
  // Meta takes nothing from this Page now: what we have to say waits.
  chat.messenger.disturb({
    kind: 'refuse',
    fault: { code: 190, message: 'dead' },
    times: 999,
    only: { pageId: chat.metaPageId },
  });
  chat.phone.write('my alerts', chat.metaPageId);
  await chat.untilIdle();
  const replies = await db.reply.findMany({ where: { page: { metaPageId: chat.metaPageId } } });
  expect(replies.length).toBeGreaterThan(1);
  const [openRequest] = await db.optInRequest.findMany({ where: { shopId, acceptedAt: null } });
  return { chat, shopId, subscriptionId, notification, replies, openRequest: openRequest! };
}

/** Every row of a shop and of its Page, table by table. */
async function everything({ shopId, metaPageId }: { shopId: bigint; metaPageId: string }): Promise<object> {
  const tables = await queryRows<{ name: string; by: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT table_name AS name, string_agg(column_name, ',') AS by FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name IN ('shop_id', 'meta_page_id') GROUP BY table_name ORDER BY table_name`,
  });
  expect(tables.length).toBeGreaterThan(10);
  const found: Record<string, unknown> = {
    shops: await db.$queryRaw`SELECT t::text FROM shops t WHERE id = ${shopId}`,
  };
  for (const { name, by } of tables) {
    const columns = by.split(',');
    const mine = columns.includes('meta_page_id') ? `meta_page_id = '${metaPageId}'` : `shop_id = ${shopId}`;
    found[name] = await db.$queryRawUnsafe(`SELECT t::text FROM ${name} t WHERE ${mine} ORDER BY 1`);
  }
  return found;
}

/** Sends events in Meta's hand through a Page, all in one webhook. */
async function hand(chat: Chat, events: { from: string; what: object }[]): Promise<void> {
  const messaging = events.map(({ from, what }) => {
    const echo = 'message' in what && 'is_echo' in (what.message as object);
    const ids = echo
      ? { sender: { id: chat.metaPageId }, recipient: { id: from } }
      : { sender: { id: from }, recipient: { id: chat.metaPageId } };
    return { ...ids, timestamp: clock().getTime(), ...what };
  });
  const entry = [{ id: chat.metaPageId, time: clock().getTime(), messaging }];
  expect((await knock(signed(JSON.stringify({ object: 'page', entry })))).status).toBe(200);
}

test('the owner of another Page names every id of ours in every kind of event: not one of our rows changes', async () => {
  const busy = await busyShop();
  const { shopId, subscriptionId, notification, replies, openRequest } = busy;
  const mallory = await openChat();
  mallory.open(mallory.ref());
  await mallory.untilIdle();
  const of = { shopId, metaPageId: busy.chat.metaPageId };
  const before = await everything(of);

  const marks = [
    ...replies.flatMap(({ id }) => [`p1_${id}`, `p1_${shopId}_${id}`, `p1_${mallory.shopId}_${id}`]),
    `n1_${shopId}_${notification.id}`,
    `n1_${mallory.shopId}_${notification.id}`,
  ];
  const echoes = marks.flatMap((metadata, at) =>
    [{ app_id: OUR_APP }, { app_id: OTHER_APP }, {}].map((app, kind) => ({
      message: { is_echo: true, mid: `m_mallory_${at}_${kind}`, text: 'hi', metadata, ...app },
    })),
  );
  const ids = [subscriptionId, openRequest.id, notification.id];
  const verbs = [
    'r',
    'no',
    'next',
    'others',
    'stop',
    'stopall',
    'list',
    'more',
    'after',
    'want',
    'pick',
    'forget',
  ];
  const payloads = verbs.flatMap((verb) => ids.map((id) => `${verb}1_${shopId}_${id}`));
  const taps = payloads.map((payload, at) =>
    at % 2 === 0
      ? { postback: { mid: `m_tap_${at}`, title: 'x', payload } }
      : { message: { mid: `m_quick_${at}`, text: 'x', quick_reply: { payload } } },
  );
  const grants = payloads.map((payload, at) => ({
    optin: { type: 'one_time_notif_req', payload, one_time_notif_token: `mallorys-token-${at}` },
  }));
  const watermark = clock().getTime() + 60_000;
  const others = [
    ...[
      busy.chat.ref(),
      busy.chat.ref({ variantId: busy.chat.soldOut[1]! }),
      `t1_${shopId}_nonce123_00112233aabbccdd`,
    ].map((ref) => ({ referral: { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' } })),
    { delivery: { mids: ['m_1'], watermark } },
    { read: { watermark } },
    { message: { mid: 'm_stop', text: 'stop' } },
    { message: { mid: 'm_alerts', text: 'my alerts' } },
    { message: { mid: 'm_forget', text: 'forget me' } },
    { policy_enforcement: { action: 'block', reason: 'x' } },
    { take_thread_control: { previous_owner_app_id: OUR_APP, new_owner_app_id: OTHER_APP } },
    { pass_thread_control: { previous_owner_app_id: OTHER_APP, new_owner_app_id: OUR_APP } },
  ];
  // Page-scoped ids differ from Page to Page; Mallory tries her own people's, and ours as if it had leaked.
  const all = [...echoes, ...taps, ...grants, ...others];
  await hand(
    mallory,
    all.map((what, at) => ({ from: `mallory-${at % 40}`, what })),
  );
  const telling = [...echoes, ...grants, ...others, ...taps.slice(0, 12)];
  await hand(
    mallory,
    telling.map((what, at) => ({ from: at % 2 ? busy.chat.psid() : mallory.psid(), what })),
  );
  pass(1);
  await mallory.untilIdle();
  expect(await everything(of)).toEqual(before);
});

test('on our own Page another app that repeats our mark settles nothing; our own echo does, with or without the app named', async () => {
  const { chat, shopId, notification, replies } = await busyShop();
  const [reply] = replies;
  const mark = `p1_${shopId}_${reply!.id}`;
  const from = chat.psid();
  const echo = (mid: string, metadata: string, app: object) =>
    hand(chat, [{ from, what: { message: { is_echo: true, mid, text: 'hi', metadata, ...app } } }]);
  await echo('m_other_reply', mark, { app_id: OTHER_APP });
  await echo('m_other_notice', `n1_${shopId}_${notification.id}`, { app_id: OTHER_APP });
  await chat.untilIdle();
  expect(await db.reply.count({ where: { shopId, id: reply!.id } })).toBe(1);
  const state = () => db.notification.findFirstOrThrow({ where: { id: notification.id } });
  expect(await state()).toMatchObject({ status: 'sending', messageId: null });

  await echo('m_own_reply', mark, { app_id: Number(OUR_APP) });
  await echo('m_own_notice', `n1_${shopId}_${notification.id}`, {});
  await chat.untilIdle();
  expect(await db.reply.count({ where: { shopId, id: reply!.id } })).toBe(0);
  expect(await state()).toMatchObject({ status: 'sent', messageId: 'm_own_notice' });
});
