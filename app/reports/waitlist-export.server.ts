// The waitlist as a CSV file, written in batches: however many customers wait, only one batch is in memory.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';

const BATCH_SIZE = 2_000;

const HEADERS = [
  'product',
  'variant',
  'variant_id',
  'messenger_id',
  'language',
  'waiting_since',
  'opt_in_expires',
];

type Row = {
  id: bigint;
  waitingSince: Date;
  expiresAt: Date;
  productTitle: string;
  title: string;
  variantId: bigint;
  psid: string;
  locale: string;
};

/** CSV text of the customers who can still be notified, oldest first. */
export async function* exportWaitlist({
  shopId,
  now,
}: {
  shopId: bigint;
  now: Date;
}): AsyncGenerator<string> {
  yield csvLine(HEADERS);
  let after = { waitingSince: new Date(0), id: 0n };
  for (;;) {
    const rows = await queryRows<Row>({
      tx: db,
      sql: Prisma.sql`
      SELECT s.id, s.waiting_since, s.expires_at, s.variant_id, v.product_title, v.title, p.psid, p.locale
      FROM subscriptions s
      JOIN variants v ON v.shop_id = s.shop_id AND v.id = s.variant_id
      JOIN shoppers p ON p.shop_id = s.shop_id AND p.id = s.shopper_id
      WHERE s.shop_id = ${shopId} AND NOT s.is_test AND ${waiting({ now })}
        AND (s.waiting_since, s.id) > (${after.waitingSince}, ${after.id})
      ORDER BY s.waiting_since, s.id LIMIT ${BATCH_SIZE}`,
    });
    if (rows.length > 0)
      yield rows
        .map((row) =>
          csvLine([
            row.productTitle,
            row.title,
            String(row.variantId),
            row.psid,
            row.locale,
            row.waitingSince,
            row.expiresAt,
          ]),
        )
        .join('');
    const last = rows[BATCH_SIZE - 1];
    if (last === undefined) return;
    after = last;
  }
}

const FORMULA = /^[=+\-@\t\r]/;

function cell(value: string | number | Date | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = value instanceof Date ? value.toISOString() : value;
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One line, its end included. Text that begins like a formula gets an apostrophe in front: https://owasp.org/www-community/attacks/CSV_Injection */
export const csvLine = (cells: (string | number | Date | null)[]): string =>
  `${cells.map(cell).join(',')}\r\n`;
