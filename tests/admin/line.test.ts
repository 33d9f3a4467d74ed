// The waitlist's tables: every row exactly once however it is sorted and paged, only customers who can be notified, and a correct export.
import { beforeAll, expect, test } from 'vitest';
import { readCursor } from '../../app/reports/cursor.ts';
import { csvLine } from '../../app/reports/waitlist-export.server.ts';
import { openAdmin } from './admin-fixture.ts';

const fixture = openAdmin();
const LINES = 130;
const now = new Date('2026-12-01T10:00:00Z');
let shopId = 0n;

beforeAll(async () => {
  const { pageId, run, ...mine } = await fixture.emptied('mine');
  shopId = mine.shopId;
  // Three lines of each length, so that the order has ties to break; titles alike but for their case.
  await run(
    `INSERT INTO variants (shop_id,id,product_id,product_title,title,handle)
     SELECT $1::bigint, 100 + g, 1, CASE WHEN g % 2 = 0 THEN 'shirt 100% linen ' ELSE 'Shirt_' END || (g / 3), 'M', 'h' FROM generate_series(1, ${LINES}) g`,
  );
  await run(
    `INSERT INTO shoppers (shop_id,page_id,psid,created_at) SELECT $1::bigint, $2::bigint, 'p' || g, '2026-11-01T00:00:00Z' FROM generate_series(1, 60) g`,
    [pageId],
  );
  await run(
    `INSERT INTO opt_in_requests (shop_id,shopper_id,variant_id,title,locale,created_at)
     SELECT $1, p.id, v.id, 't', 'en', '2026-11-01T00:00:00Z' FROM variants v
     JOIN LATERAL (SELECT id FROM shoppers WHERE shop_id = $1 AND psid LIKE 'p%' ORDER BY id LIMIT 1 + ((v.id - 100) / 3)) p ON true WHERE v.shop_id = $1`,
  );
  await run(
    `INSERT INTO subscriptions (shop_id,shopper_id,variant_id,page_id,opt_in_request_id,grant_token,waiting_since,granted_at,expires_at)
     SELECT $1::bigint, r.shopper_id, r.variant_id, $2::bigint, r.id, '\\x01', '2026-11-01T00:00:00Z'::timestamptz + (r.id % 7) * interval '1 hour', '2026-11-01T00:00:00Z', '2027-11-01T00:00:00Z'
     FROM opt_in_requests r WHERE r.shop_id = $1 AND r.variant_id > 100`,
    [pageId],
  );
});

const report = () => import('../../app/reports/waitlist.server.ts');

test('however it is sorted, paging shows every line once, in order', async () => {
  const { waitlistByVariant } = await report();
  for (const sort of ['waiting', 'oldest', 'title'] as const) {
    const seen: { variantId: string; waiting: number; oldest: Date }[] = [];
    let after: string | null = null;
    do {
      const page = await waitlistByVariant({ shopId, now, sort, after: readCursor(after), limit: 9 });
      seen.push(...page.lines);
      after = page.next;
    } while (after !== null);
    expect(new Set(seen.map((line) => line.variantId)).size).toBe(LINES);
    expect(seen).toHaveLength(LINES);
    const { figures } = await waitlistByVariant({ shopId, now, sort, search: 'nothing like it' });
    expect(figures).toEqual({ waiting: seen.reduce((sum, line) => sum + line.waiting, 0), variants: LINES });
    const pairs = seen.slice(1).map((line, at) => [seen[at]!, line] as const);
    if (sort === 'waiting') expect(pairs.every(([a, b]) => a.waiting >= b.waiting)).toBe(true);
    if (sort === 'oldest') expect(pairs.every(([a, b]) => a.oldest <= b.oldest)).toBe(true);
  }
});

test('a search takes its words as they are, signs included', async () => {
  const { waitlistByVariant } = await report();
  const found = async (search: string) =>
    (await waitlistByVariant({ shopId, now, search, limit: 500 })).lines.length;
  expect(await found('100% LINEN')).toBe(LINES / 2);
  expect(await found('shirt_')).toBe(LINES / 2);
  expect(await found('100%x')).toBe(0);
  expect(await found("'; DROP TABLE")).toBe(0);
});

test('a place that cannot be read is the beginning, not an error', async () => {
  const { waitlistByVariant } = await report();
  for (const text of [
    '',
    'nonsense',
    '12',
    '12~not-a-number',
    '99999999999999999999~1',
    '9999999999999999999~1',
    `5~${'9'.repeat(400)}`,
  ])
    for (const sort of ['waiting', 'oldest'] as const)
      await expect(waitlistByVariant({ shopId, now, sort, after: readCursor(text) })).resolves.toBeDefined();
});

test('who cannot be told is in no count and in no file: expired, ended, and the merchant’s own test', async () => {
  const { waitlistByVariant } = await report();
  const waiting = async () => (await waitlistByVariant({ shopId, now, limit: 1 })).figures.waiting;
  const before = await waiting();
  const change = (set: string) =>
    fixture.client.query(
      `UPDATE subscriptions SET ${set} WHERE id = (SELECT max(id) FROM subscriptions WHERE shop_id = $1 AND status = 'waiting' AND NOT is_test AND expires_at > $2)`,
      [String(shopId), now],
    );
  await change(`expires_at = '2026-11-30T00:00:00Z'`);
  await change(`status = 'cancelled', grant_token = NULL`);
  await change(`is_test = true`);
  expect(await waiting()).toBe(before - 3);
  const { exportWaitlist } = await import('../../app/reports/waitlist-export.server.ts');
  let text = '';
  for await (const piece of exportWaitlist({ shopId, now })) text += piece;
  expect(text.trimEnd().split('\r\n')).toHaveLength(1 + before - 3);
});

test('the file comes through its door, whole, and as a file', async () => {
  const answer = await fixture.call({ path: '/app/waitlist/export', token: fixture.token() });
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  const [head, ...lines] = (await answer.text()).trimEnd().split('\r\n');
  expect(head).toBe('product,variant,variant_id,messenger_id,language,waiting_since,opt_in_expires');
  expect(lines.length).toBeGreaterThan(2_000);
  expect(new Set(lines).size).toBe(lines.length);
});

test('no cell is taken for a formula, and quotes, commas and line ends stay within theirs', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r'])
    expect(csvLine([`${start}HYPERLINK("http://evil.example")`])).toMatch(/^"?'/);
  expect(csvLine(['a,b', 'say "hi"', 'two\nlines', null, 7, new Date('2026-11-23T00:00:00Z')])).toBe(
    '"a,b","say ""hi""","two\nlines",,7,2026-11-23T00:00:00.000Z\r\n',
  );
});
