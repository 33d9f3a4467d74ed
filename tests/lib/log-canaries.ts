// Run by log.test.ts as a process of its own: logs canaries in every place where a secret has ever got into a log.
import { db } from '../../app/db.server.ts';
import { log as strict } from '../../app/lib/log.server.ts';

// What takes secrets out must not rely on the types that let only known events through.
const log = strict as Record<keyof typeof strict, (event: string, fields?: Record<string, unknown>) => void>;

const fetchFailed = new Error('GET https://graph.facebook.com/me?access_token=CANARY-1&fields=id failed', {
  cause: new Error('Bearer CANARY-2', { cause: { authorization: 'CANARY-3', detail: 'shpat_CANARY4' } }),
});
log.error('a call failed', { error: fetchFailed });
log.warn(`a message with ${process.env.SHOPIFY_API_SECRET} and ${process.env.DATABASE_URL} in it`);
log.info('by name', {
  token: 'CANARY-5',
  accessToken: { nested: 'CANARY-6' },
  headers: { 'x-shopify-access-token': 'CANARY-7', cookie: 'CANARY-8' },
  psid: 'CANARY-9',
  list: [{ appsecret_proof: 'CANARY-10' }, ['EAACANARY1234567']],
  body: Buffer.from('CANARY-12'),
});
log.info('by shape', {
  url: 'https://app.example/auth?id_token=eyCANARY.eyCANARY.CANARY&shop=x&code=CANARY-13&hmac=CANARY-14',
  form: 'client_secret=CANARY-15&refresh_token=CANARY-16',
  answer: '{"access_token":"CANARY-17","one_time_notif_token" : "CANARY-18","scope":"read_products"}',
  address: 'postgresql://someone:CANARY-19@db.example/app',
  encoded: `encrypted with ${encodeURIComponent(process.env.ENCRYPTION_KEY!)}`,
  shprt_CANARY20: 1,
  deep: { a: { b: { c: { d: { e: 'shpss_CANARY21' } } } } },
});
const round = new Error('round');
round.cause = round;
log.error('an error that is its own cause', { error: round });
await db.shopper
  .create({ data: { psid: 'CANARY-22', shopId: 1n, nobody: 'CANARY-23' } as never })
  .catch((error: unknown) => log.error('a write was wrong', { error }));
await db.shop
  .update({ where: { id: 1n }, data: { refKey: 'CANARY-24', name: 'CANARY-25' } })
  .catch((error: unknown) => log.error('a write found nothing', { error }));
log.info('what is no secret stays', {
  shopId: 271878346596884015n,
  at: new Date('2026-11-22T10:00:00Z'),
  never: new Date(Number.NaN),
  code: 190,
});
await db.$disconnect();
