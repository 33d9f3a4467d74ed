// The whole waitlist as a CSV file, streamed.
import { createReadableStreamFromReadable, type LoaderFunctionArgs } from '@remix-run/node';
import { Readable } from 'node:stream';
import { systemClock } from '../lib/clock.ts';
import { authenticateMerchant } from '../authenticate.server.ts';
import { exportWaitlist } from '../reports/waitlist-export.server.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const lines = Readable.from(exportWaitlist({ shopId: shop.id, now: systemClock() }), { objectMode: false });
  return new Response(createReadableStreamFromReadable(lines), {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="waitlist.csv"',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
