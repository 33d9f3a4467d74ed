// A notification's row is updated in place: an index over what changes would be written for every message.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';

test('no index of a notification names what changes while it is claimed, begun, sent, delivered and read', async () => {
  const rows = await queryRows<{ index: string; column: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT c.relname AS index, a.attname AS column FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND (a.attnum = ANY(i.indkey)
      OR pg_get_expr(i.indpred, i.indrelid) ~ ('\\m' || a.attname || '\\M'))
    WHERE i.indrelid = 'notifications'::regclass AND a.attnum > 0`,
  });
  const changing = [
    'status',
    'lease_epoch',
    'request_body',
    'started_at',
    'attempts',
    'retry_at',
    'message_id',
    'finished_at',
    'delivered_at',
    'read_at',
  ];
  const [columns] = await queryRows<{ names: string[] }>({
    tx: db,
    sql: Prisma.sql`
      SELECT array_agg(attname::text) AS names FROM pg_attribute
      WHERE attrelid = 'notifications'::regclass AND attnum > 0 AND NOT attisdropped`,
  });
  expect(columns!.names).toEqual(expect.arrayContaining(changing));
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ column }) => changing.includes(column))).toEqual([]);
});
