// A notice's row is rewritten on its own page: an index over what changes would have every index written for every message.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';

test('no index of a notification names what changes while it is claimed, begun, sent, delivered and read', async () => {
  const rows = await db.$queryRaw<{ index: string; column: string }[]>`
    SELECT c.relname AS index, a.attname AS column FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND (a.attnum = ANY(i.indkey)
      OR pg_get_expr(i.indpred, i.indrelid) ~ ('\\m' || a.attname || '\\M'))
    WHERE i.indrelid = '"Notification"'::regclass AND a.attnum > 0`;
  const changing = [
    'state',
    'epoch',
    'body',
    'begunAt',
    'attempts',
    'retryAt',
    'mid',
    'settledAt',
    'deliveredAt',
    'readAt',
  ];
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ column }) => changing.includes(column))).toEqual([]);
});
