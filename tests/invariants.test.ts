// What the database itself must hold: read from its own catalogue, and each tried by plain SQL that goes past the app.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  AT,
  claimed,
  createShop,
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
  a = await createShop({ insert, shopId: '11' });
  b = await createShop({ insert, shopId: '22' });
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
  client.query(`UPDATE ${table} SET ${change} WHERE id = ${id}`);
const newVariant = (shopId: string, id: string) =>
  insert('variants', { shopId, id, productId: 1, productTitle: 'Scarf', title: 'Red', handle: 'scarf' });
const newShopper = async (psid: string) =>
  (await insert('shoppers', { shopId: a.shopId, pageId: a.pageId, psid, createdAt: AT })).id!;
const newRequest = async ({ shopperId = a.shopperId, variantId = a.variantId, isTest = false } = {}) =>
  (
    await insert('opt_in_requests', {
      ...{ shopId: a.shopId, shopperId, variantId, title: 't', locale: 'en', isTest, createdAt: AT },
    })
  ).id!;
/** A subscription of the first shop beside the one it was furnished with: another shopper's, unless said otherwise. */
async function another({ change = {}, ...given }: Partial<Rows> & { change?: object } = {}) {
  const shopperId = given.shopperId ?? (await newShopper('another'));
  const rows = { ...a, ...given, shopperId };
  const requestId = await newRequest(rows);
  const made = await insert('subscriptions', { ...waiting({ ...rows, requestId }), ...change });
  return { ...rows, requestId, subscriptionId: made.id! };
}
const close = (rows: Rows) => set('restocks', rows.restockId, `closed_at = now()`);
const newRestock = async (change: object = {}) => {
  const row = { shopId: a.shopId, variantId: a.variantId, openedAt: AT, confirmedAvailableAt: AT, ...change };
  return (await insert('restocks', row)).id!;
};
const end = `status = 'notified', grant_token = NULL`;

/** Each rule by the name that the catalogue knows it by, and what somebody with a SQL prompt would try against it. */
const rules: Record<string, { promise: string; attempt: () => Promise<unknown> }> = {
  subscriptions_one_living: {
    promise: 'one live subscription per variant and shopper',
    attempt: () => another({ shopperId: a.shopperId }),
  },
  used_grants_pkey: {
    promise: 'a grant is used once',
    attempt: () => insert('used_grants', { grantHash: `t-${a.shopId}`, shopId: a.shopId, usedOn: NEXT_YEAR }),
  },
  subscriptions_shop_id_opt_in_request_id_key: {
    promise: 'one opt-in request brings one subscription',
    attempt: async () => {
      await set('subscriptions', a.subscriptionId, end);
      await insert('subscriptions', waiting(a));
    },
  },
  subscriptions_grant_while_living: {
    promise: 'a living subscription holds its token, an ended one holds none',
    attempt: () => set('subscriptions', a.subscriptionId, `status = 'notified'`),
  },
  notifications_shop_id_subscription_id_key: {
    promise: 'one notification per subscription, also in the next restock',
    attempt: async () => {
      await close(a);
      await insert('notifications', claimed({ ...a, restockId: await newRestock() }));
    },
  },
  notifications_shop_id_restock_id_shopper_id_key: {
    promise: 'a shopper is told at most once per restock, also with a second subscription',
    attempt: async () => {
      await set('subscriptions', a.subscriptionId, end);
      await insert('notifications', claimed(await another({ shopperId: a.shopperId })));
    },
  },
  notifications_link_code_key: {
    promise: 'a link’s code names one notification',
    attempt: () => client.query(`UPDATE notifications SET link_code = 'same'`),
  },
  notifications_finished_is_final: {
    promise: 'a notification is settled exactly when its outcome is final',
    attempt: () => set('notifications', a.notificationId, `status = 'sent'`),
  },
  restocks_one_open: { promise: 'one open restock per variant', attempt: () => newRestock() },
  restocks_claimed_within_quota: {
    promise: 'nobody is told beyond the allowance',
    attempt: () => set('restocks', a.restockId, 'claimed_count = notification_quota + 1'),
  },
  variants_checked_never_ahead: {
    promise: 'no look has seen a hint that was not given yet',
    attempt: () => set('variants', a.variantId, 'checked_version = check_requested_version + 1'),
  },
  pages_one_current: {
    promise: 'one Page speaks for a shop at a time',
    attempt: () =>
      insert('pages', {
        shopId: a.shopId,
        metaPageId: 'p',
        name: 'p',
        accessToken: Buffer.of(1),
        connectedAt: AT,
      }),
  },
  pages_shop_id_meta_page_id_key: {
    promise: 'a Page is connected to a shop once',
    attempt: () =>
      insert('pages', {
        ...{ shopId: a.shopId, metaPageId: `page-of-${a.shopId}`, name: 'p', connectedAt: AT },
        disconnectedAt: AT,
      }),
  },
  pages_token_while_connected: {
    promise: 'a connected Page has a token',
    attempt: () => set('pages', a.pageId, 'access_token = NULL'),
  },
  pages_rate_limit: {
    promise: 'no Page is paced beyond what Meta takes',
    attempt: () => set('pages', a.pageId, 'messages_per_second = 301'),
  },
  shoppers_shop_id_page_id_psid_key: {
    promise: 'a person in a Page is one shopper of a shop',
    attempt: () => newShopper('1'),
  },
  shops_domain_key: {
    promise: 'a domain is one shop',
    attempt: () => client.query(`UPDATE shops SET domain = 'same.myshopify.com'`),
  },
  privacy_requests_request_key_key: {
    promise: 'a repeated privacy request is the same request',
    attempt: () => client.query(`UPDATE privacy_requests SET request_key = 'same'`),
  },
  webhook_events_event_key_key: {
    promise: 'a repeated event of Meta’s is the same event',
    attempt: () => client.query(`UPDATE webhook_events SET event_key = 'same'`),
  },
  processed_events_pkey: {
    promise: 'an event of Meta’s is handled once',
    attempt: () => client.query(`UPDATE processed_events SET event_key = 'same'`),
  },
  attributed_orders_shop_id_order_id_key: {
    promise: 'an order is counted once',
    attempt: () =>
      insert('attributed_orders', {
        ...{ shopId: a.shopId, notificationId: a.notificationId, orderId: `${a.shopId}9` },
        ...{ amount: 1, currency: 'EUR', orderedAt: AT },
      }),
  },
  attributed_orders_refunded_within_amount: {
    promise: 'nothing is given back beyond what was paid',
    attempt: () => client.query('UPDATE attributed_orders SET refunded = amount + 1'),
  },
  order_syncs_pkey: {
    promise: 'an order waits once to be read',
    attempt: () =>
      insert('order_syncs', { shopId: a.shopId, orderId: `${a.shopId}8`, requestedAt: AT, dueAt: AT }),
  },
  shops_order_attribution_started: {
    promise: 'counting has a beginning',
    attempt: () => set('shops', a.shopId, `order_attribution = 'on'`),
  },
  flow_trigger_usages_pkey: {
    promise: 'a Flow trigger is in use or not, once per shop',
    attempt: () =>
      insert('flow_trigger_usages', {
        shopId: a.shopId,
        trigger: 'Waitlist joined',
        used: false,
        reportedAt: AT,
      }),
  },
  flow_cursors_pkey: {
    promise: 'Flow was told up to one place',
    attempt: () =>
      insert('flow_cursors', { shopId: a.shopId, startedAt: AT, lastSubscriptionId: 0, lastRestockId: 0 }),
  },
  flow_deliveries_pkey: {
    promise: 'Flow is told of a fact once',
    attempt: () =>
      insert('flow_deliveries', {
        ...{ shopId: a.shopId, kind: 'waitlist', subjectId: a.variantId },
        deliveredAt: AT,
      }),
  },
  leases_pkey: {
    promise: 'a lease has one holder',
    attempt: async () => {
      const lease = { name: 'page:1', holder: 'one', epoch: 1, expiresAt: AT };
      await insert('leases', lease);
      await insert('leases', { ...lease, holder: 'two' });
    },
  },
};

for (const [name, { promise, attempt }] of Object.entries(rules))
  test(`the database holds it: ${promise}`, async () => {
    expect(await refusal(attempt)).toBe(name);
  });

/** Columns that hold a state: the CHECK of each by its name, `<table>_<column>`. */
const states = (): Promise<{ rows: { name: string; table: string; column: string; says: string }[] }> =>
  client.query(`
    SELECT k.conname AS name, t.relname AS table, a.attname AS column, pg_get_constraintdef(k.oid) AS says
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
    WHERE k.connamespace = 'public'::regnamespace AND k.contype = 'c' AND k.convalidated
      AND cardinality(k.conkey) = 1 AND k.conname = t.relname || '_' || a.attname AND a.atttypid = 'text'::regtype`);

test('every state is text with a CHECK of the values that the schema names, and PostgreSQL has no enum of ours', async () => {
  const { rows } = await states();
  const checked = rows.map(({ table, column, says }) => [
    `${table}.${column}`,
    [...says.matchAll(/'(\w+)'/g)].map(([, value]) => value).toSorted(),
  ]);
  const schema = readFileSync(new URL('../prisma/schema.prisma', import.meta.url), 'utf8');
  const named = [...schema.matchAll(/^model \w+ \{([^]*?)@@map\("(\w+)"\)/gm)].flatMap(([, body, table]) =>
    [...body!.matchAll(/One of: (.*)\.\n\s*(\w+) .*?(?:@map\("(\w+)"\).*)?\n/g)].map(
      ([, values, field, column]) => [`${table}.${column ?? field}`, values!.split(', ').toSorted()],
    ),
  );
  expect(checked.toSorted()).toEqual(named.toSorted());
  const enums = await client.query(
    `SELECT typname FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace`,
  );
  expect(enums.rows).toEqual([]);
});

test('a state that does not exist is refused in every column that holds one', async () => {
  const { rows } = await states();
  for (const { name, table, column } of rows)
    // A CHECK over the status and another column may refuse it first.
    expect([name, await refusal(() => client.query(`UPDATE ${table} SET ${column} = 'mistyped'`))]).toEqual([
      name,
      expect.stringMatching(new RegExp(`^${table}_`)),
    ]);
});

test('no key follows an update: ids never change', async () => {
  const { rows } = await client.query(`
    SELECT conname FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND confupdtype <> 'a'`);
  expect(rows).toEqual([]);
});

test('every key of a table that belongs to a shop carries the shop, but for the tables keyed without one on purpose', async () => {
  const { rows } = await client.query<{ table: string }>(`
    SELECT DISTINCT t.relname AS table FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND i.indisprimary AND t.relname NOT IN ('_prisma_migrations', 'shops')
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY(i.indkey::smallint[]) AND a.attname = 'shop_id')`);
  expect(rows.map(({ table }) => table).toSorted()).toEqual([
    ...[
      'leases',
      'oauth_states',
      'page_senders',
      'privacy_requests',
      'processed_events',
      'sessions',
      'webhook_events',
    ],
  ]);
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
  const stateNames = (await states()).rows.map(({ name }) => name);
  const keysWithoutStory = [...stateNames, 'oauth_states_pkey', 'page_senders_pkey', 'sessions_pkey'];
  expect(rulesThere.filter((name) => !keysWithoutStory.includes(name)).toSorted()).toEqual(
    Object.keys(rules).toSorted(),
  );
});

const mayNot = /may not be notified|is not about the variant/;
const notTold: Record<string, () => Promise<Record<string, unknown>>> = {
  'for a subscription that does not exist': async () => claimed({ ...a, subscriptionId: '999999' }),
  'for one that was stopped': async () =>
    claimed(await another({ change: { status: 'cancelled', grantToken: null } })),
  'for one that was told already': async () =>
    claimed(await another({ change: { status: 'notified', grantToken: null } })),
  'for one that has expired': async () => claimed(await another({ change: { expiresAt: AT } })),
  'to a shopper who said stop': async () => {
    const rows = await another();
    await set('shoppers', rows.shopperId, 'opted_out_at = now()');
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
    expect(await refusal(() => insert('notifications', values))).toMatch(mayNot);
  });
}

test('a notification that may be written is written: the rules above refuse nothing else', async () => {
  const rows = await another();
  expect(await refusal(() => insert('notifications', claimed(rows)))).toBeUndefined();
});

test('a notification cannot be turned to somebody else’s subscription afterwards', async () => {
  const stopped = await another({ change: { status: 'cancelled', grantToken: null } });
  const change = `subscription_id = ${stopped.subscriptionId}, shopper_id = ${stopped.shopperId}`;
  expect(await refusal(() => set('notifications', a.notificationId, change))).toMatch(mayNot);
});

test('spent tokens, privacy requests and events seen outlive the erasure of their shop', async () => {
  await client.query('DELETE FROM shops WHERE id = $1', [a.shopId]);
  for (const table of ['used_grants', 'privacy_requests', 'processed_events', 'webhook_events']) {
    const kept = await client.query(`SELECT 1 FROM ${table} WHERE shop_id = $1`, [a.shopId]);
    expect([table, kept.rowCount]).toEqual([table, 1]);
  }
});

type Table = { name: string; required: boolean | null };

test('every table but those of the trade itself carries its shop', async () => {
  const { rows } = await client.query<Table>(`
    SELECT t.relname AS name, a.attnotnull AS required FROM pg_class t
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'shop_id'
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND t.relname <> '_prisma_migrations'`);
  const which = (wanted: (table: Table) => boolean) =>
    rows
      .filter(wanted)
      .map(({ name }) => name)
      .toSorted();
  // Session is Shopify's library's and carries the domain; a lane and a lease belong to a Page or a shop by their name.
  expect(which(({ required }) => required === null)).toEqual(['leases', 'page_senders', 'sessions', 'shops']);
  // Meta's events may name no shop (docs/decisions/003); a Page's erasure request names none either.
  expect(which(({ required }) => required === false)).toEqual([
    'privacy_requests',
    'processed_events',
    'webhook_events',
  ]);
});

test('nothing of one shop refers to a row of another: every foreign key of the catalogue, tried', async () => {
  const { rows: keys } = await client.query<Record<'name' | 'child' | 'parent', string> & KeyColumns>(`
    SELECT k.conname AS name, c.relname AS child, p.relname AS parent, k.condeferrable AS loose,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY n(num, at) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = num ORDER BY at) AS "from",
           ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY n(num, at) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = num ORDER BY at) AS "to"
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.convalidated`);
  const between = keys.filter(({ parent }) => parent !== 'shops');
  expect(between.length).toBeGreaterThanOrEqual(15);
  for (const { name, child, parent, from, to, loose } of between) {
    expect([name, loose, from[0], to]).toEqual([name, false, 'shop_id', ['shop_id', 'id']]);
    const theirs = await client.query<{ id: string }>(`SELECT id FROM ${parent} WHERE shop_id = $1`, [
      b.shopId,
    ]);
    const attempt = async () => {
      await client.query(`ALTER TABLE ${child} DISABLE TRIGGER USER`);
      await client.query(`UPDATE ${child} SET ${from[1]} = $1 WHERE shop_id = $2`, [
        theirs.rows[0]!.id,
        a.shopId,
      ]);
    };
    expect(await refusal(attempt)).toBe(name);
  }
});

test('every column that names a row of ours is bound by a foreign key', async () => {
  const { rows } = await client.query<{ where: string }>(`
    SELECT t.relname || '.' || a.attname AS where FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND a.attnum > 0
      AND a.attname IN ('page_id', 'shopper_id', 'variant_id', 'opt_in_request_id', 'subscription_id', 'restock_id', 'notification_id')
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = t.oid AND a.attnum = ANY(k.conkey))`);
  expect(rows).toEqual([]);
});

type KeyColumns = { from: string[]; to: string[]; loose: boolean };
