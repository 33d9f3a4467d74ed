// The waitlist as a CSV file, written in batches: however many customers wait, only one batch is in memory.
import { db } from '../db.server.ts';
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
  since: Date;
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
  let after: { since: Date; id: bigint } = { since: new Date(0), id: 0n };
  for (;;) {
    const rows = await db.$queryRaw<Row[]>`
      SELECT s."id", s."since", s."expiresAt", s."variantId", v."productTitle", v."title", p."psid", p."locale"
      FROM "Subscription" s
      JOIN "Variant" v ON v."shopId" = s."shopId" AND v."id" = s."variantId"
      JOIN "Shopper" p ON p."shopId" = s."shopId" AND p."id" = s."shopperId"
      WHERE s."shopId" = ${shopId} AND NOT s."isTest" AND ${waiting({ now })}
        AND (s."since", s."id") > (${after.since}, ${after.id})
      ORDER BY s."since", s."id" LIMIT ${BATCH_SIZE}`;
    if (rows.length > 0)
      yield rows
        .map((row) =>
          csvLine([
            row.productTitle,
            row.title,
            String(row.variantId),
            row.psid,
            row.locale,
            row.since,
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
