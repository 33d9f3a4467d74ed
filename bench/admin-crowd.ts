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
  const notified = Math.round(people / 5);
  const cards = people + notified + Math.round(people / 2);
  await run(`SET session_replication_role = replica`);
  await run(`SET maintenance_work_mem = '256MB'`);
  await run(
    `INSERT INTO pages (shop_id,meta_page_id,name,access_token,connected_at,test_passed_at) VALUES ($1,'998877','Linen & Sons','\\x01',now() - interval '1 year',now() - interval '1 year')`,
    [shopId],
  );
  await run(
    `INSERT INTO variants (shop_id,id,product_id,product_title,title,handle,image_url,check_requested_version,checked_version,paused_at,missing_since)
     SELECT $1::bigint, 100000 + g, 9000 + g / 4, (ARRAY['Linen shirt','Wool coat','Canvas bag','Silk scarf'])[1 + (g / 4) % 4] || ' ' || (g / 4),
       (ARRAY['S / Sand','M / Sand','L / Ink','Default Title'])[1 + g % 4], 'p' || g, 'https://cdn.shopify.com/s/files/1/p' || g || '.jpg', 1, 1,
       CASE WHEN g % 200 = 0 THEN now() END, CASE WHEN g % 250 = 0 THEN now() END
     FROM generate_series(0, $2::int) g`,
    [shopId, variants],
  );
  // Two of three come once, the others again and again.
  const shoppers = Math.round(cards * 0.6);
  await run(
    `INSERT INTO shoppers (shop_id,page_id,psid,created_at,locale,last_action_at)
     SELECT $1::bigint, (SELECT id FROM pages WHERE shop_id = $1::bigint), (700000000000000 + g)::text, now() - g * interval '1 second', (ARRAY['en','es','de','fr'])[1 + g % 4], now() - g * interval '1 second'
     FROM generate_series(1, $2::int) g`,
    [shopId, shoppers],
  );
  await run(
    `WITH base AS (SELECT min(id) AS shopper FROM shoppers WHERE shop_id = $1::bigint)
     INSERT INTO opt_in_requests (shop_id,shopper_id,variant_id,title,locale,created_at,sent_at,accepted_at,message_id)
     SELECT $1::bigint, base.shopper + (g * 31 % $5::bigint), ${variantOf('g')}, 'Want to know when Linen shirt, M / Sand is back in stock?', 'en',
       at, at + interval '1 second', CASE WHEN g * 7919 % $2::bigint < $4::bigint THEN at + interval '1 minute' END, 'm_' || g
     FROM base, generate_series(1::bigint, $2::bigint) g, LATERAL (SELECT now() - ($2::bigint - g)::float8 / $2::bigint * interval '${DAYS} days' AS at) t`,
    [shopId, cards, variants, people + notified, shoppers],
  );
  // One and the same shopper for one and the same variant waits once: the later cards of such a pair are as if never tapped.
  await run(
    `INSERT INTO subscriptions (shop_id,shopper_id,variant_id,page_id,opt_in_request_id,token,status,waiting_since,granted_at,expires_at,ended_at)
     SELECT r.shop_id, r.shopper_id, r.variant_id, p.id, r.id,
       CASE WHEN waits THEN decode(repeat('5a', 180), 'hex') END,
       (CASE WHEN waits THEN 'waiting' WHEN r.id % 600 = 0 THEN 'cancelled' ELSE 'notified' END),
       r.accepted_at, r.accepted_at, r.accepted_at + interval '365 days', CASE WHEN NOT waits THEN r.accepted_at + interval '9 days' END
     FROM (SELECT DISTINCT ON (variant_id, shopper_id) * FROM opt_in_requests WHERE shop_id = $1 AND accepted_at IS NOT NULL
       ORDER BY variant_id, shopper_id, id) r
     JOIN pages p ON p.shop_id = r.shop_id, LATERAL (SELECT r.id % 6 <> 0 AS waits) w
     ORDER BY r.id`,
    [shopId],
  );
  await run(
    `INSERT INTO restocks (shop_id,variant_id,opened_at,closed_at,notification_quota,claimed_count,units,confirmed_available_at)
     SELECT $1::bigint, id, now() - id % 300 * interval '1 day', CASE WHEN id % 100 <> 0 THEN now() - id % 300 * interval '1 day' + interval '2 hours' END,
       2147483647, 40, 12, now() - interval '1 day'
     FROM variants WHERE shop_id = $1::bigint`,
    [shopId],
  );
  await run(
    `INSERT INTO stock_checks (shop_id,variant_id,checked_at,available,units,decision,reason)
     SELECT $1::bigint, v.id, now() - g * interval '7 hours', false, 0, 'none', 'sold_out' FROM variants v, generate_series(1, 40) g WHERE v.shop_id = $1::bigint`,
    [shopId],
  );
  await run(
    `INSERT INTO notifications (shop_id,subscription_id,restock_id,shopper_id,page_id,meta_page_id,link_code,status,lease_epoch,claimed_at,started_at,finished_at,failure_reason,message_id,delivered_at,read_at)
     SELECT s.shop_id, s.id, r.id, s.shopper_id, s.page_id, '998877', 'code-' || s.id,
       (CASE WHEN s.id % 9000 = 1 THEN 'unknown' WHEN s.id % 5000 = 7 THEN 'assumed_sent' WHEN s.id % 50 = 9 THEN 'failed' ELSE 'sent' END), 1, s.ended_at, s.ended_at, s.ended_at, NULL, 'm', s.ended_at, NULL
     FROM subscriptions s JOIN LATERAL (SELECT id FROM restocks WHERE shop_id = s.shop_id AND variant_id = s.variant_id LIMIT 1) r ON true
     WHERE s.shop_id = $1 AND s.status = 'notified' ON CONFLICT DO NOTHING`,
    [shopId],
  );
  await run(
    `INSERT INTO link_clicks (shop_id,notification_id,clicked_at) SELECT shop_id,id,finished_at + interval '3 minutes' FROM notifications WHERE shop_id = $1 AND id % 3 = 0`,
    [shopId],
  );
  await run(
    `INSERT INTO attributed_orders (shop_id,notification_id,order_id,amount,currency,ordered_at)
     SELECT shop_id,id,5000000 + id,49,(ARRAY['GBP','EUR'])[1 + id % 2],finished_at + interval '1 hour' FROM notifications WHERE shop_id = $1 AND id % 12 = 0`,
    [shopId],
  );
  await run(`SET session_replication_role = origin`);
  await run('VACUUM (ANALYZE)');
}
