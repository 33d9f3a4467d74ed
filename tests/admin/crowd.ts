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
    `SELECT s.id AS shop, p.id AS page FROM shops s JOIN pages p ON p.shop_id = s.id WHERE s.domain = $1`,
    [domain],
  );
  const { shop, page } = ids.rows[0]!;
  const run = (text: string, values: unknown[] = []) => client.query<{ id: string }>(text, values);
  await run(
    `INSERT INTO variants (shop_id,id,product_id,product_title,title,handle,image_url,check_requested_version,checked_version)
     SELECT $1::bigint, 7000 + g, 700 + g / 4, (ARRAY['Linen shirt','Wool coat','Canvas bag','Silk scarf with a hand-rolled hem and a long name'])[1 + (g / 4) % 4] || ' ' || (g / 4),
       (ARRAY['S / Sand','M / Sand','L / Ink','Default Title'])[1 + g % 4], 'p' || g,
       (SELECT min(image_url) FROM variants WHERE shop_id = $1::bigint), 1, 1
     FROM generate_series(1, 120) g`,
    [shop],
  );
  await run(
    `INSERT INTO shoppers (shop_id,page_id,psid,created_at,locale)
     SELECT $1::bigint, $2::bigint, (7000000000 + g)::text, now() - g * interval '2 minutes', (ARRAY['en','es','de'])[1 + g % 3] FROM generate_series(1, $3::int) g`,
    [shop, page, people],
  );
  await run(
    `INSERT INTO opt_in_requests (shop_id,shopper_id,variant_id,title,locale,created_at,sent_at,accepted_at)
     SELECT $1::bigint, id, 7001 + (power((id * 7919 % 1000) / 1000.0, 3) * 119)::int, 'Want to know when Linen shirt, M / Sand is back in stock?', locale,
       created_at, created_at, CASE WHEN id % 10 < 8 THEN created_at + interval '1 minute' END
     FROM shoppers WHERE shop_id = $1::bigint AND psid LIKE '70%'`,
    [shop],
  );
  await run(
    `INSERT INTO subscriptions (shop_id,shopper_id,variant_id,page_id,opt_in_request_id,grant_token,waiting_since,granted_at,expires_at)
     SELECT shop_id,shopper_id,variant_id,$2::bigint,id,'\\x01',accepted_at,accepted_at,accepted_at + interval '1 year'
     FROM opt_in_requests WHERE shop_id = $1::bigint AND accepted_at IS NOT NULL AND variant_id > 7000 AND variant_id < 7200`,
    [shop, page],
  );
  await run(
    `INSERT INTO stock_checks (shop_id,variant_id,checked_at,available,units,decision,reason)
     SELECT $1::bigint, 7000 + g % 60 + 1, now() - g * interval '17 minutes', g / 60 % 5 IN (1, 2, 3), (ARRAY[0,8,8,8,0])[1 + g / 60 % 5],
       (ARRAY['close','wait','raise_quota','open','none'])[1 + g / 60 % 5], (ARRAY['sold_out','next_batch','batch','send_delay','sold_out'])[1 + g / 60 % 5] FROM generate_series(1, 600) g`,
    [shop],
  );
  // Held, so that the running worker leaves them as the pictures need them.
  await run(
    `INSERT INTO restocks (shop_id,variant_id,opened_at,closed_at,notification_quota,claimed_count,units,confirmed_available_at,held_at,next_batch_at) VALUES
     ($1, 7001, now() - interval '12 minutes', NULL, 80, 80, 8, now(), NULL, now() + interval '3 hours'),
     ($1, 7002, now() - interval '5 minutes', NULL, 0, 0, 4, now(), now(), NULL),
     ($1, 7004, now() - interval '2 minutes', NULL, 2147483647, 132, 600, now() - interval '1 minute', NULL, NULL),
     ($1, 7003, now() - interval '2 days', now() - interval '2 days' + interval '8 minutes', 50, 40, 5, now() - interval '2 days', NULL, NULL)`,
    [shop],
  );
  const notified = await run(
    `WITH told AS (
       SELECT s.*, row_number() OVER (ORDER BY s.id) AS n FROM subscriptions s
       WHERE s.shop_id = $1::bigint AND s.variant_id = 7003 AND s.status = 'waiting' ORDER BY s.id LIMIT 40)
     INSERT INTO notifications (shop_id,subscription_id,restock_id,shopper_id,page_id,meta_page_id,link_code,status,lease_epoch,claimed_at,started_at,finished_at,failure_reason,delivered_at,read_at)
     SELECT t.shop_id, t.id, r.id, t.shopper_id, t.page_id, p.meta_page_id, 'crowd-' || t.id,
       (ARRAY['sent','sent','sent','sent','assumed_sent','failed','unknown','sent'])[1 + t.n % 8], 1, r.opened_at, r.opened_at, r.opened_at + interval '1 second',
       CASE WHEN t.n % 8 = 5 THEN 'unavailable' END, CASE WHEN t.n % 8 < 4 THEN r.opened_at + interval '2 seconds' END, CASE WHEN t.n % 8 < 2 THEN r.opened_at + interval '9 minutes' END
     FROM told t JOIN restocks r ON r.shop_id = t.shop_id AND r.variant_id = 7003 JOIN pages p ON p.id = t.page_id
     RETURNING subscription_id AS id`,
    [shop],
  );
  await run(
    `UPDATE subscriptions s SET grant_token = NULL, ended_at = n.finished_at,
       status = (CASE n.status WHEN 'sent' THEN 'notified' WHEN 'assumed_sent' THEN 'assumed_notified' ELSE n.status END)
     FROM notifications n WHERE n.shop_id = s.shop_id AND n.subscription_id = s.id AND n.link_code LIKE 'crowd-%'`,
  );
  await run(
    `INSERT INTO link_clicks (shop_id,notification_id,clicked_at) SELECT shop_id,id,finished_at + interval '3 minutes' FROM notifications WHERE link_code LIKE 'crowd-%' AND status = 'sent' AND id % 2 = 0`,
  );
  await client.query('ANALYZE');
  return { variantId: '7001', subscriptionIds: notified.rows.map((row) => row.id) };
}
