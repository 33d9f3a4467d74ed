// A shop with a million subscriptions for the bench of the admin: years of a big shop's life, written by plain SQL.
import type pg from 'pg';

type Client = Pick<pg.Client, 'query'>;
type Sizes = { shopId: string; people: number; variants: number };

const DAYS = 330;
/** One of seven came for the one thing that everybody wants; of the others, a fifth of the variants draw the most. */
const variantOf = (n: string) =>
  `100000 + CASE WHEN (${n}) % 7 = 3 THEN 0 ELSE 1 END * (power(((${n}) * 7919 % 100003) / 100003.0, 2.5) * $3::bigint)::bigint`;

/**
 * `people` who wait, half as many cards that nobody tapped, and a fifth as many who were told; taps, looks and restocks beside them.
 * Foreign keys and triggers rest meanwhile: the rows keep them by how they are made.
 */
export async function addMillion({
  client,
  shopId,
  people,
  variants,
}: { client: Client } & Sizes): Promise<void> {
  const run = (text: string, values: unknown[] = []) => client.query(text, values);
  const told = Math.round(people / 5);
  const cards = people + told + Math.round(people / 2);
  await run(`SET session_replication_role = replica`);
  await run(`SET maintenance_work_mem = '256MB'`);
  await run(
    `INSERT INTO "Page" ("shopId","metaPageId","name","token","connectedAt","testPassedAt") VALUES ($1,'998877','Linen & Sons','\\x01',now() - interval '1 year',now() - interval '1 year')`,
    [shopId],
  );
  await run(
    `INSERT INTO "Variant" ("shopId","id","productId","productTitle","title","handle","imageUrl","wanted","looked","pausedAt","missingSince")
     SELECT $1::bigint, 100000 + g, 9000 + g / 4, (ARRAY['Linen shirt','Wool coat','Canvas bag','Silk scarf'])[1 + (g / 4) % 4] || ' ' || (g / 4),
       (ARRAY['S / Sand','M / Sand','L / Ink','Default Title'])[1 + g % 4], 'p' || g, 'https://cdn.shopify.com/s/files/1/p' || g || '.jpg', 1, 1,
       CASE WHEN g % 200 = 0 THEN now() END, CASE WHEN g % 250 = 0 THEN now() END
     FROM generate_series(0, $2::int) g`,
    [shopId, variants],
  );
  // Two of three come once, the others again and again.
  const shoppers = Math.round(cards * 0.6);
  await run(
    `INSERT INTO "Shopper" ("shopId","pageId","psid","createdAt","locale","lastActionAt")
     SELECT $1::bigint, (SELECT "id" FROM "Page" WHERE "shopId" = $1::bigint), (700000000000000 + g)::text, now() - g * interval '1 second', (ARRAY['en','es','de','fr'])[1 + g % 4], now() - g * interval '1 second'
     FROM generate_series(1, $2::int) g`,
    [shopId, shoppers],
  );
  await run(
    `WITH base AS (SELECT min("id") AS shopper FROM "Shopper" WHERE "shopId" = $1::bigint)
     INSERT INTO "OptInRequest" ("shopId","shopperId","variantId","title","locale","createdAt","sentAt","acceptedAt","mid")
     SELECT $1::bigint, base.shopper + (g * 31 % $5::bigint), ${variantOf('g')}, 'Want to know when Linen shirt, M / Sand is back in stock?', 'en',
       at, at + interval '1 second', CASE WHEN g * 7919 % $2::bigint < $4::bigint THEN at + interval '1 minute' END, 'm_' || g
     FROM base, generate_series(1::bigint, $2::bigint) g, LATERAL (SELECT now() - ($2::bigint - g)::float8 / $2::bigint * interval '${DAYS} days' AS at) t`,
    [shopId, cards, variants, people + told, shoppers],
  );
  // One and the same shopper for one and the same variant waits once: the later cards of such a pair are as if never tapped.
  await run(
    `INSERT INTO "Subscription" ("shopId","shopperId","variantId","pageId","requestId","token","state","since","grantedAt","expiresAt","endedAt")
     SELECT r."shopId", r."shopperId", r."variantId", p."id", r."id",
       CASE WHEN waits THEN decode(repeat('5a', 180), 'hex') END,
       (CASE WHEN waits THEN 'waiting' WHEN r."id" % 600 = 0 THEN 'stopped' ELSE 'told' END)::"SubscriptionState",
       r."acceptedAt", r."acceptedAt", r."acceptedAt" + interval '365 days', CASE WHEN NOT waits THEN r."acceptedAt" + interval '9 days' END
     FROM (SELECT DISTINCT ON ("variantId", "shopperId") * FROM "OptInRequest" WHERE "shopId" = $1 AND "acceptedAt" IS NOT NULL
       ORDER BY "variantId", "shopperId", "id") r
     JOIN "Page" p ON p."shopId" = r."shopId", LATERAL (SELECT r."id" % 6 <> 0 AS waits) w
     ORDER BY r."id"`,
    [shopId],
  );
  await run(
    `INSERT INTO "Restock" ("shopId","variantId","openedAt","closedAt","allowance","told","units","sellableAt")
     SELECT $1::bigint, "id", now() - "id" % 300 * interval '1 day', CASE WHEN "id" % 100 <> 0 THEN now() - "id" % 300 * interval '1 day' + interval '2 hours' END,
       2147483647, 40, 12, now() - interval '1 day'
     FROM "Variant" WHERE "shopId" = $1::bigint`,
    [shopId],
  );
  await run(
    `INSERT INTO "Look" ("shopId","variantId","at","sellable","units","verdict","reason")
     SELECT $1::bigint, v."id", now() - g * interval '7 hours', false, 0, 'nothing', 'sold_out' FROM "Variant" v, generate_series(1, 40) g WHERE v."shopId" = $1::bigint`,
    [shopId],
  );
  await run(
    `INSERT INTO "Notification" ("shopId","subscriptionId","restockId","shopperId","pageId","metaPageId","code","state","epoch","claimedAt","begunAt","settledAt","reason","mid","deliveredAt","readAt")
     SELECT s."shopId", s."id", r."id", s."shopperId", s."pageId", '998877', 'code-' || s."id",
       (CASE WHEN s."id" % 9000 = 1 THEN 'unknown' WHEN s."id" % 5000 = 7 THEN 'presumed' WHEN s."id" % 50 = 9 THEN 'refused' ELSE 'sent' END)::"NotificationState", 1, s."endedAt", s."endedAt", s."endedAt", NULL, 'm', s."endedAt", NULL
     FROM "Subscription" s JOIN LATERAL (SELECT "id" FROM "Restock" WHERE "shopId" = s."shopId" AND "variantId" = s."variantId" LIMIT 1) r ON true
     WHERE s."shopId" = $1 AND s."state" = 'told' ON CONFLICT DO NOTHING`,
    [shopId],
  );
  await run(
    `INSERT INTO "Tap" ("shopId","notificationId","at") SELECT "shopId","id","settledAt" + interval '3 minutes' FROM "Notification" WHERE "shopId" = $1 AND "id" % 3 = 0`,
    [shopId],
  );
  await run(
    `INSERT INTO "Sale" ("shopId","notificationId","orderId","amount","currency","at")
     SELECT "shopId","id",5000000 + "id",49,(ARRAY['GBP','EUR'])[1 + "id" % 2],"settledAt" + interval '1 hour' FROM "Notification" WHERE "shopId" = $1 AND "id" % 12 = 0`,
    [shopId],
  );
  await run(`SET session_replication_role = origin`);
  await run('VACUUM (ANALYZE)');
}
