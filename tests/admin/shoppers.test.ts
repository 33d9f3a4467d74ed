// The waitlist customer by customer: everybody once however it is paged, each at their position, and why they were not notified yet.
import { beforeAll, expect, test } from 'vitest';
import { openAdmin } from './admin-fixture.ts';

const fixture = openAdmin();
const now = new Date('2026-12-01T10:00:00Z');
let shop: { id: bigint; timezone: string; quietHoursStart: null; quietHoursEnd: null };

beforeAll(async () => {
  const { pageId, run, ...mine } = await fixture.emptied('mine');
  shop = { id: mine.shopId, timezone: 'Europe/London', quietHoursStart: null, quietHoursEnd: null };
  await run(
    `INSERT INTO variants (shop_id,id,product_id,product_title,title,handle,paused_at,missing_since)
     SELECT $1::bigint, 200 + g, 1, 'Shirt_' || g, 'M', 'h', CASE WHEN g = 1 THEN now() END, CASE WHEN g = 2 THEN now() END FROM generate_series(0, 4) g`,
  );
  await run(
    `INSERT INTO shoppers (shop_id,page_id,psid,locale,created_at) SELECT $1::bigint, $2::bigint, '555000' || (1000 + g), 'es', '2026-11-01T00:00:00Z' FROM generate_series(1, 20) g`,
    [pageId],
  );
  await run(
    `INSERT INTO opt_in_requests (shop_id,shopper_id,variant_id,title,locale,created_at)
     SELECT $1, p.id, v.id, 't', 'es', '2026-11-01T00:00:00Z' FROM variants v, shoppers p WHERE v.shop_id = $1 AND p.shop_id = $1 AND p.psid LIKE '555000%'`,
  );
  // Three say yes at the same moment, so that the order has ties to break.
  await run(
    `INSERT INTO subscriptions (shop_id,shopper_id,variant_id,page_id,opt_in_request_id,grant_token,waiting_since,granted_at,expires_at)
     SELECT $1::bigint, r.shopper_id, r.variant_id, $2::bigint, r.id, '\\x01', '2026-11-01T00:00:00Z'::timestamptz + (r.id / 3) * interval '1 hour', '2026-11-01T00:00:00Z', '2027-11-01T00:00:00Z'
     FROM opt_in_requests r WHERE r.shop_id = $1 AND r.variant_id >= 200`,
    [pageId],
  );
  await run(
    `UPDATE subscriptions SET status = 'cancelled', grant_token = NULL WHERE shop_id = $1 AND variant_id = 204`,
  );
});

const report = () => import('../../app/reports/subscriptions.server.ts');
type Given = Omit<Parameters<Awaited<ReturnType<typeof report>>['subscriptions']>[0], 'shop' | 'now'>;

async function all(given: Given) {
  const { subscriptions } = await report();
  const seen: Awaited<ReturnType<typeof subscriptions>>['rows'] = [];
  let after: Awaited<ReturnType<typeof subscriptions>>['next'] = null;
  do {
    const page = await subscriptions({ shop, now, limit: 7, ...given, after: after ?? undefined });
    seen.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return seen;
}

test('however it is paged, everybody who waits is there once, in order', async () => {
  for (const sort of ['newest', 'oldest'] as const) {
    const seen = await all({ sort });
    expect(new Set(seen.map((row) => row.subscriptionId)).size).toBe(80);
    expect(seen).toHaveLength(80);
    const inOrder = seen.slice(1).every((row, at) => {
      const before = seen[at]!.waitingSince.getTime() - row.waitingSince.getTime();
      return sort === 'newest' ? before >= 0 : before <= 0;
    });
    expect([sort, inOrder]).toEqual([sort, true]);
  }
});

test('each stands at their place in their own line, and no name but the end of a number is shown', async () => {
  const seen = await all({ sort: 'oldest' });
  for (const variantId of ['200', '201', '202', '203']) {
    const line = seen.filter((row) => row.variantId === variantId);
    expect(line.map((row) => row.place)).toEqual(line.map((_row, at) => at + 1));
  }
  expect(seen.every((row) => /^\d{6}$/.test(row.shopper))).toBe(true);
});

test('the row says why: paused, deleted, not looked at yet', async () => {
  const seen = await all({});
  const because = (variantId: string) => [
    ...new Set(seen.filter((row) => row.variantId === variantId).map((row) => row.why.because)),
  ];
  expect(because('200')).toEqual(['not_looked']);
  expect(because('201')).toEqual(['paused']);
  expect(because('202')).toEqual(['missing']);
});

test('a search goes by product and variant, signs as they are; the same rows in the same order as without it', async () => {
  for (const sort of ['newest', 'oldest'] as const) {
    const found = await all({ sort, search: 'shirt_1' });
    const expected = (await all({ sort })).filter((row) => row.variantId === '201');
    expect(found).toEqual(expected);
  }
  expect(await all({ search: 'shirt%1' })).toEqual([]);
  expect(await all({ search: 'SHIRT' })).toHaveLength(80);
});

test('those whose wait ended without a message stand by themselves, with their reason', async () => {
  const seen = await all({ show: 'untold' });
  expect(seen).toHaveLength(20);
  expect(new Set(seen.map((row) => `${row.why.answer} ${row.why.because} ${row.place}`))).toEqual(
    new Set(['never cancelled null']),
  );
  expect(await all({ show: 'untold', search: 'Shirt_4' })).toEqual(seen);
});

test('a place that cannot be read is the beginning, not an error', async () => {
  const { subscriptions } = await report();
  for (const value of ['', 'nonsense', '9'.repeat(400), '+275760-09-13T00:00:00Z', '0000-01-01'])
    expect((await subscriptions({ shop, now, after: { value, id: '5' } })).rows).toHaveLength(25);
});
