// What the database itself must hold: read from its own catalogue, and each tried by plain SQL that goes past the app.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  AT,
  claimed,
  furnish,
  inserter,
  NEXT_YEAR,
  waiting,
  type Insert,
  type Rows,
} from './shopify/rows.ts';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
const insert: Insert = inserter(client);
let a: Rows;
let b: Rows;

beforeAll(() => client.connect());
afterAll(() => client.end());
beforeEach(async () => {
  await client.query('BEGIN');
  a = await furnish({ insert, shopId: '11' });
  b = await furnish({ insert, shopId: '22' });
});
afterEach(() => client.query('ROLLBACK'));

/** What the database says to an attempt; the transaction goes on as if it had not been made. */
async function refusal(attempt: () => Promise<unknown>): Promise<string | undefined> {
  await client.query('SAVEPOINT attempt');
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return error.constraint ?? error.message;
  } finally {
    await client.query('ROLLBACK TO attempt');
  }
}

const set = (table: string, id: string, change: string) =>
  client.query(`UPDATE "${table}" SET ${change} WHERE "id" = ${id}`);
const newVariant = (shopId: string, id: string) =>
  insert('Variant', { shopId, id, productId: 1, productTitle: 'Scarf', title: 'Red', handle: 'scarf' });
const newShopper = async (psid: string) =>
  (await insert('Shopper', { shopId: a.shopId, pageId: a.pageId, psid, createdAt: AT })).id!;
const newRequest = async ({ shopperId = a.shopperId, variantId = a.variantId, isTest = false } = {}) =>
  (
    await insert('OptInRequest', {
      ...{ shopId: a.shopId, shopperId, variantId, title: 't', locale: 'en', isTest, createdAt: AT },
    })
  ).id!;
/** A subscription of the first shop beside the one it was furnished with: another shopper's, unless said otherwise. */
async function another({ change = {}, ...given }: Partial<Rows> & { change?: object } = {}) {
  const shopperId = given.shopperId ?? (await newShopper('another'));
  const rows = { ...a, ...given, shopperId };
  const requestId = await newRequest(rows);
  const made = await insert('Subscription', { ...waiting({ ...rows, requestId }), ...change });
  return { ...rows, requestId, subscriptionId: made.id! };
}
const close = (rows: Rows) => set('Restock', rows.restockId, `"closedAt" = now()`);
const newRestock = async (change: object = {}) => {
  const row = { shopId: a.shopId, variantId: a.variantId, openedAt: AT, sellableAt: AT, ...change };
  return (await insert('Restock', row)).id!;
};
const end = `"state" = 'told', "token" = NULL`;

/** Each rule by the name that the catalogue knows it by, and what somebody with a SQL prompt would try against it. */
const rules: Record<string, { promise: string; attempt: () => Promise<unknown> }> = {
  Subscription_one_live: {
    promise: 'one live subscription per variant and shopper',
    attempt: () => another({ shopperId: a.shopperId }),
  },
  SpentToken_pkey: {
    promise: 'a token pays once, also in another shop',
    attempt: () => insert('SpentToken', { hash: `t-${a.shopId}`, shopId: b.shopId, day: NEXT_YEAR }),
  },
  Subscription_shopId_requestId_key: {
    promise: 'one opt-in request brings one subscription',
    attempt: async () => {
      await set('Subscription', a.subscriptionId, end);
      await insert('Subscription', waiting(a));
    },
  },
  Subscription_token_while_alive: {
    promise: 'a living subscription holds its token, an ended one holds none',
    attempt: () => set('Subscription', a.subscriptionId, `"state" = 'told'`),
  },
  Notification_shopId_subscriptionId_key: {
    promise: 'one notification per subscription, also in the next restock',
    attempt: async () => {
      await close(a);
      await insert('Notification', claimed({ ...a, restockId: await newRestock() }));
    },
  },
  Notification_restockId_shopperId_key: {
    promise: 'a shopper is told at most once per restock, also with a second subscription',
    attempt: async () => {
      await set('Subscription', a.subscriptionId, end);
      await insert('Notification', claimed(await another({ shopperId: a.shopperId })));
    },
  },
  Notification_code_key: {
    promise: 'a link’s code names one notification',
    attempt: () => client.query(`UPDATE "Notification" SET "code" = 'same'`),
  },
  Notification_settled_is_final: {
    promise: 'a notification is settled exactly when its outcome is final',
    attempt: () => set('Notification', a.notificationId, `"state" = 'sent'`),
  },
  Restock_one_open: { promise: 'one open restock per variant', attempt: () => newRestock() },
  Restock_told_within_allowance: {
    promise: 'nobody is told beyond the allowance',
    attempt: () => set('Restock', a.restockId, '"told" = "allowance" + 1'),
  },
  Variant_looked_never_ahead: {
    promise: 'no look has seen a hint that was not given yet',
    attempt: () => set('Variant', a.variantId, '"looked" = "wanted" + 1'),
  },
  Page_one_current: {
    promise: 'one Page speaks for a shop at a time',
    attempt: () =>
      insert('Page', { shopId: a.shopId, metaPageId: 'p', name: 'p', token: Buffer.of(1), connectedAt: AT }),
  },
  Page_shopId_metaPageId_key: {
    promise: 'a Page is connected to a shop once',
    attempt: () =>
      insert('Page', {
        ...{ shopId: a.shopId, metaPageId: `page-of-${a.shopId}`, name: 'p', connectedAt: AT },
        disconnectedAt: AT,
      }),
  },
  Page_token_while_connected: {
    promise: 'a connected Page has a token',
    attempt: () => set('Page', a.pageId, '"token" = NULL'),
  },
  Page_pace: {
    promise: 'no Page is paced beyond what Meta takes',
    attempt: () => set('Page', a.pageId, '"perSecond" = 301'),
  },
  Shopper_shopId_pageId_psid_key: {
    promise: 'a person in a Page is one shopper of a shop',
    attempt: () => newShopper('1'),
  },
  Shop_domain_key: {
    promise: 'a domain is one shop',
    attempt: () => client.query(`UPDATE "Shop" SET "domain" = 'same.myshopify.com'`),
  },
  PrivacyRequest_key_key: {
    promise: 'a repeated privacy request is the same request',
    attempt: () => client.query(`UPDATE "PrivacyRequest" SET "key" = 'same'`),
  },
  Inbox_key_key: {
    promise: 'a repeated event of Meta’s is the same event',
    attempt: () => client.query(`UPDATE "Inbox" SET "key" = 'same'`),
  },
  InboxSeen_pkey: {
    promise: 'an event of Meta’s is handled once',
    attempt: () => client.query(`UPDATE "InboxSeen" SET "key" = 'same'`),
  },
  Sale_shopId_orderId_key: {
    promise: 'an order is counted once',
    attempt: () =>
      insert('Sale', {
        ...{ shopId: a.shopId, notificationId: a.notificationId, orderId: `${a.shopId}9` },
        ...{ amount: 1, currency: 'EUR', at: AT },
      }),
  },
  Sale_refunded_within_amount: {
    promise: 'nothing is given back beyond what was paid',
    attempt: () => client.query('UPDATE "Sale" SET "refunded" = "amount" + 1'),
  },
  OrderReading_pkey: {
    promise: 'an order waits once to be read',
    attempt: () =>
      insert('OrderReading', { shopId: a.shopId, orderId: `${a.shopId}8`, heardAt: AT, dueAt: AT }),
  },
  Shop_counting_since: {
    promise: 'counting has a beginning',
    attempt: () => set('Shop', a.shopId, `"counting" = 'on'`),
  },
  FlowUse_pkey: {
    promise: 'a Flow trigger is in use or not, once per shop',
    attempt: () => insert('FlowUse', { shopId: a.shopId, trigger: 'Waitlist joined', used: false, at: AT }),
  },
  FlowCursor_pkey: {
    promise: 'Flow was told up to one place',
    attempt: () => insert('FlowCursor', { shopId: a.shopId, since: AT, joined: 0, restock: 0 }),
  },
  FlowTold_pkey: {
    promise: 'Flow is told of a fact once',
    attempt: () => insert('FlowTold', { shopId: a.shopId, fact: `line ${a.variantId}`, at: AT }),
  },
  Lease_pkey: {
    promise: 'a lease has one holder',
    attempt: async () => {
      const lease = { name: 'page:1', holder: 'one', epoch: 1, until: AT };
      await insert('Lease', lease);
      await insert('Lease', { ...lease, holder: 'two' });
    },
  },
};

for (const [name, { promise, attempt }] of Object.entries(rules))
  test(`the database holds it: ${promise}`, async () => {
    expect(await refusal(attempt)).toBe(name);
  });

test('the catalogue holds these rules and no rule that is not tried here', async () => {
  const { rows } = await client.query<{ name: string; columns: string[]; primary: boolean }>(`
    SELECT c.relname AS name, i.indisprimary AS primary,
           ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid ORDER BY a.attnum) AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indisvalid AND t.relname <> '_prisma_migrations'
    UNION ALL
    SELECT conname, false, '{}' FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = 'c' AND convalidated`);
  // A key over the row's own id forbids nothing that anybody could want, and composite keys are what foreign keys stand on.
  const rulesThere = rows.filter(({ columns }) => !columns.includes('id')).map(({ name }) => name);
  const keysWithoutStory = ['Lane_pkey', 'LoginState_pkey', 'Session_pkey'];
  expect(rulesThere.filter((name) => !keysWithoutStory.includes(name)).toSorted()).toEqual(
    Object.keys(rules).toSorted(),
  );
});

const mayNot = /may not be notified|is not about the variant/;
const notTold: Record<string, () => Promise<Record<string, unknown>>> = {
  'for a subscription that does not exist': async () => claimed({ ...a, subscriptionId: '999999' }),
  'for one that was stopped': async () =>
    claimed(await another({ change: { state: 'stopped', token: null } })),
  'for one that was told already': async () =>
    claimed(await another({ change: { state: 'told', token: null } })),
  'for one that has expired': async () => claimed(await another({ change: { expiresAt: AT } })),
  'to a shopper who said stop': async () => {
    const rows = await another();
    await set('Shopper', rows.shopperId, '"stoppedAt" = now()');
    return claimed(rows);
  },
  'to another shopper than the one who said yes': async () =>
    claimed({ ...(await another()), shopperId: a.shopperId }),
  'in the restock of another variant': async () => {
    await newVariant(a.shopId, '4711');
    return claimed({ ...(await another()), restockId: await newRestock({ variantId: '4711' }) });
  },
  'of a real restock for the merchant’s test': async () =>
    claimed(await another({ change: { isTest: true } })),
  'of the merchant’s test for a real subscription': async () =>
    claimed({ ...(await another()), restockId: await newRestock({ isTest: true }) }),
};

for (const [whom, row] of Object.entries(notTold)) {
  test(`no notification ${whom}`, async () => {
    const values = await row();
    expect(await refusal(() => insert('Notification', values))).toMatch(mayNot);
  });
}

test('a notification that may be written is written: the rules above refuse nothing else', async () => {
  const rows = await another();
  expect(await refusal(() => insert('Notification', claimed(rows)))).toBeUndefined();
});

test('a notification cannot be turned to somebody else’s subscription afterwards', async () => {
  const stopped = await another({ change: { state: 'stopped', token: null } });
  const change = `"subscriptionId" = ${stopped.subscriptionId}, "shopperId" = ${stopped.shopperId}`;
  expect(await refusal(() => set('Notification', a.notificationId, change))).toMatch(mayNot);
});

test('spent tokens, privacy requests and events seen outlive the erasure of their shop', async () => {
  await client.query('DELETE FROM "Shop" WHERE "id" = $1', [a.shopId]);
  for (const table of ['SpentToken', 'PrivacyRequest', 'InboxSeen', 'Inbox']) {
    const kept = await client.query(`SELECT 1 FROM "${table}" WHERE "shopId" = $1`, [a.shopId]);
    expect([table, kept.rowCount]).toEqual([table, 1]);
  }
});

type Table = { name: string; required: boolean | null };

test('every table but those of the trade itself carries its shop', async () => {
  const { rows } = await client.query<Table>(`
    SELECT t.relname AS name, a.attnotnull AS required FROM pg_class t
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'shopId'
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND t.relname <> '_prisma_migrations'`);
  const which = (wanted: (table: Table) => boolean) =>
    rows
      .filter(wanted)
      .map(({ name }) => name)
      .toSorted();
  // Session is Shopify's library's and carries the domain; a lane and a lease belong to a Page or a shop by their name.
  expect(which(({ required }) => required === null)).toEqual(['Lane', 'Lease', 'Session', 'Shop']);
  // Meta's events may name no shop (docs/decisions/003); a Page's erasure request names none either.
  expect(which(({ required }) => required === false)).toEqual(['Inbox', 'InboxSeen', 'PrivacyRequest']);
});

test('nothing of one shop refers to a row of another: every foreign key of the catalogue, tried', async () => {
  const { rows: keys } = await client.query<Record<'name' | 'child' | 'parent', string> & KeyColumns>(`
    SELECT k.conname AS name, c.relname AS child, p.relname AS parent, k.condeferrable AS loose,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY n(num, at) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = num ORDER BY at) AS "from",
           ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY n(num, at) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = num ORDER BY at) AS "to"
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.convalidated`);
  const between = keys.filter(({ parent }) => parent !== 'Shop');
  expect(between.length).toBeGreaterThanOrEqual(15);
  for (const { name, child, parent, from, to, loose } of between) {
    expect([name, loose, from[0], to]).toEqual([name, false, 'shopId', ['shopId', 'id']]);
    const theirs = await client.query<{ id: string }>(`SELECT "id" FROM "${parent}" WHERE "shopId" = $1`, [
      b.shopId,
    ]);
    const attempt = async () => {
      await client.query(`ALTER TABLE "${child}" DISABLE TRIGGER USER`);
      await client.query(`UPDATE "${child}" SET "${from[1]}" = $1 WHERE "shopId" = $2`, [
        theirs.rows[0]!.id,
        a.shopId,
      ]);
    };
    expect(await refusal(attempt)).toBe(name);
  }
});

test('every column that names a row of ours is bound by a foreign key', async () => {
  const { rows } = await client.query<{ where: string }>(`
    SELECT t.relname || '.' || a.attname AS "where" FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND a.attnum > 0
      AND a.attname IN ('pageId', 'shopperId', 'variantId', 'requestId', 'optInRequestId', 'subscriptionId', 'restockId', 'notificationId')
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = t.oid AND a.attnum = ANY(k.conkey))`);
  expect(rows).toEqual([]);
});

type KeyColumns = { from: string[]; to: string[]; loose: boolean };
