// Ten thousand people in a shop's waitlist, with the restocks and messages of a busy month, written by plain SQL.
import type pg from 'pg';

/** Adds to the shop behind `domain`, which has a Page. Products look like a shop's; the moments are relative to now. */
export async function addCrowd({
  client,
  domain,
  people = 10_000,
}: {
  client: Pick<pg.Client, 'query'>;
  domain: string;
  people?: number;
}): Promise<{ variantId: string; subscriptionIds: string[] }> {
  const ids = await client.query<{ shop: string; page: string }>(
    `SELECT s."id" AS shop, p."id" AS page FROM "Shop" s JOIN "Page" p ON p."shopId" = s."id" WHERE s."domain" = $1`,
    [domain],
  );
  const { shop, page } = ids.rows[0]!;
  const run = (text: string, values: unknown[] = []) => client.query<{ id: string }>(text, values);
  await run(
    `INSERT INTO "Variant" ("shopId","id","productId","productTitle","title","handle","imageUrl","wanted","looked")
     SELECT $1::bigint, 7000 + g, 700 + g / 4, (ARRAY['Linen shirt','Wool coat','Canvas bag','Silk scarf with a hand-rolled hem and a long name'])[1 + (g / 4) % 4] || ' ' || (g / 4),
       (ARRAY['S / Sand','M / Sand','L / Ink','Default Title'])[1 + g % 4], 'p' || g,
       (SELECT min("imageUrl") FROM "Variant" WHERE "shopId" = $1::bigint), 1, 1
     FROM generate_series(1, 120) g`,
    [shop],
  );
  await run(
    `INSERT INTO "Shopper" ("shopId","pageId","psid","createdAt","locale")
     SELECT $1::bigint, $2::bigint, (7000000000 + g)::text, now() - g * interval '2 minutes', (ARRAY['en','es','de'])[1 + g % 3] FROM generate_series(1, $3::int) g`,
    [shop, page, people],
  );
  await run(
    `INSERT INTO "OptInRequest" ("shopId","shopperId","variantId","title","locale","createdAt","sentAt","acceptedAt")
     SELECT $1::bigint, "id", 7001 + (power(("id" * 7919 % 1000) / 1000.0, 3) * 119)::int, 'Want to know when Linen shirt, M / Sand is back in stock?', "locale",
       "createdAt", "createdAt", CASE WHEN "id" % 10 < 8 THEN "createdAt" + interval '1 minute' END
     FROM "Shopper" WHERE "shopId" = $1::bigint AND "psid" LIKE '70%'`,
    [shop],
  );
  await run(
    `INSERT INTO "Subscription" ("shopId","shopperId","variantId","pageId","requestId","token","since","grantedAt","expiresAt")
     SELECT "shopId","shopperId","variantId",$2::bigint,"id",'\\x01',"acceptedAt","acceptedAt","acceptedAt" + interval '1 year'
     FROM "OptInRequest" WHERE "shopId" = $1::bigint AND "acceptedAt" IS NOT NULL AND "variantId" > 7000 AND "variantId" < 7200`,
    [shop, page],
  );
  await run(
    `INSERT INTO "Look" ("shopId","variantId","at","sellable","units","verdict","reason")
     SELECT $1::bigint, 7000 + g % 60 + 1, now() - g * interval '17 minutes', g / 60 % 5 IN (1, 2, 3), (ARRAY[0,8,8,8,0])[1 + g / 60 % 5],
       (ARRAY['close','wait','allow','open','nothing'])[1 + g / 60 % 5], (ARRAY['sold_out','next_wave','wave','hold_off','sold_out'])[1 + g / 60 % 5] FROM generate_series(1, 600) g`,
    [shop],
  );
  // Held, so that the running worker leaves them as the pictures need them.
  await run(
    `INSERT INTO "Restock" ("shopId","variantId","openedAt","closedAt","allowance","told","units","sellableAt","heldAt","waveAt") VALUES
     ($1, 7001, now() - interval '12 minutes', NULL, 80, 80, 8, now(), NULL, now() + interval '3 hours'),
     ($1, 7002, now() - interval '5 minutes', NULL, 0, 0, 4, now(), now(), NULL),
     ($1, 7004, now() - interval '2 minutes', NULL, 2147483647, 132, 600, now() - interval '1 minute', NULL, NULL),
     ($1, 7003, now() - interval '2 days', now() - interval '2 days' + interval '8 minutes', 50, 40, 5, now() - interval '2 days', NULL, NULL)`,
    [shop],
  );
  const told = await run(
    `WITH told AS (
       SELECT s.*, row_number() OVER (ORDER BY s."id") AS n FROM "Subscription" s
       WHERE s."shopId" = $1::bigint AND s."variantId" = 7003 AND s."state" = 'waiting' ORDER BY s."id" LIMIT 40)
     INSERT INTO "Notification" ("shopId","subscriptionId","restockId","shopperId","pageId","metaPageId","code","state","epoch","claimedAt","begunAt","settledAt","reason","deliveredAt","readAt")
     SELECT t."shopId", t."id", r."id", t."shopperId", t."pageId", p."metaPageId", 'crowd-' || t."id",
       (ARRAY['sent','sent','sent','sent','presumed','refused','unknown','sent'])[1 + t.n % 8]::"NotificationState", 1, r."openedAt", r."openedAt", r."openedAt" + interval '1 second',
       CASE WHEN t.n % 8 = 5 THEN 'unavailable' END, CASE WHEN t.n % 8 < 4 THEN r."openedAt" + interval '2 seconds' END, CASE WHEN t.n % 8 < 2 THEN r."openedAt" + interval '9 minutes' END
     FROM told t JOIN "Restock" r ON r."shopId" = t."shopId" AND r."variantId" = 7003 JOIN "Page" p ON p."id" = t."pageId"
     RETURNING "subscriptionId" AS id`,
    [shop],
  );
  await run(
    `UPDATE "Subscription" s SET "token" = NULL, "endedAt" = n."settledAt",
       "state" = (CASE n."state" WHEN 'sent' THEN 'told' ELSE n."state"::text END)::"SubscriptionState"
     FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."code" LIKE 'crowd-%'`,
  );
  await run(
    `INSERT INTO "Tap" ("shopId","notificationId","at") SELECT "shopId","id","settledAt" + interval '3 minutes' FROM "Notification" WHERE "code" LIKE 'crowd-%' AND "state" = 'sent' AND "id" % 2 = 0`,
  );
  await client.query('ANALYZE');
  return { variantId: '7001', subscriptionIds: told.rows.map((row) => row.id) };
}
