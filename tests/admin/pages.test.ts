// Every page in the embedded frame, wide and on a phone, on the first day, in a busy month and with a broken Page.
import { beforeAll, expect, test } from 'vitest';
import { SHOP } from '../../simulators/demo/seed.ts';
import { waitFor } from '../harness/wait-for.ts';
import { addCrowd } from './crowd.ts';
import { openFrames, PHONE, WIDE } from './frame.ts';
import { adminText } from './admin-text.ts';

const admin = openFrames();
const FRESH = 'fresh.myshopify.com';

let crowd: Awaited<ReturnType<typeof addCrowd>>;

beforeAll(async () => {
  await admin.standStill();
  crowd = await addCrowd({ client: admin.client, domain: SHOP });
  const { world } = admin.testApp();
  world.shopify.store.addShop({
    domain: FRESH,
    name: 'Fresh Linen',
    email: 'hello@fresh.test',
    primaryLocale: 'en',
    countryCode: 'GB',
    currency: 'GBP',
    ianaTimezone: 'Europe/London',
  });
  world.shopify.install(FRESH);
});

const sizes = [
  ['wide', WIDE],
  ['phone', PHONE],
] as const;

/** Each page is held to both widths on the first day; full of rows only to the narrow one, where it breaks first, but for pictures. */
const narrow = process.env.SCREENSHOTS === undefined ? sizes.slice(1) : sizes;

type Visit = { path: string; store?: string; name: string; size: typeof WIDE; says: string | RegExp };

/** Opens a page and holds it to what every page owes. */
async function holds({ path, store, name, size, says }: Visit): Promise<void> {
  const looked = await admin.open({ path, size, ...(store ? { store } : {}) });
  const { frame, noise, page } = looked;
  await frame.getByText(says).filter({ visible: true }).first().waitFor({ timeout: 10_000 });
  await admin.picture({ ...looked, name });
  expect([name, noise]).toEqual([name, []]);
  expect([name, await admin.overflow(frame)]).toEqual([name, 0]);
  expect([name, await admin.findings(frame)]).toEqual([name, []]);
  expect(await frame.locator('h1').count()).toBe(1);
  expect(await page.locator('#heading').textContent()).toBe(await frame.locator('h1').textContent());
  await page.context().close();
}

const firstDay: [string, string, string][] = [
  ['home', '/app', adminText('guide.title')],
  ['waitlist', '/app/waitlist', adminText('waitlist.empty')],
  ['notifications', '/app/notifications', adminText('sent.none')],
  ['messenger', '/app/messenger', adminText('connect.none')],
  ['settings', '/app/settings', adminText('settings.telling')],
];
for (const [width, size] of sizes)
  for (const [name, path, says] of firstDay)
    test(`on the first day, ${width}: ${name}`, () =>
      holds({ path, size, says, store: 'fresh', name: `first-${name}-${width}` }));

test('in a busy month every page holds', async () => {
  const { variantId, subscriptionIds } = crowd;
  const waiting = await admin.client.query<{ id: string }>(
    `SELECT id FROM subscriptions WHERE variant_id = $1 AND status = 'waiting' ORDER BY waiting_since DESC LIMIT 1`,
    [variantId],
  );
  // One of them was deleted in Shopify, while its product goes on.
  const shirt = admin.testApp().variant({ product: 'Linen shirt', title: 'M / Sand' });
  await admin.client.query(
    `UPDATE variants SET missing_since = now(), product_title = 'Linen shirt', product_id = $1 WHERE id = 7010`,
    [shirt.productId],
  );
  const busy: [string, string, string | RegExp][] = [
    ['home', '/app', adminText('on.title')],
    ['waitlist', '/app/waitlist', 'Linen shirt'],
    ['shoppers', '/app/waitlist/shoppers', adminText('shoppers.note')],
    ['untold', '/app/waitlist/shoppers?filter=untold', adminText('answer.never')],
    ['variant', `/app/waitlist/${variantId}`, adminText('variant.people')],
    ['telling', '/app/waitlist/7004', /132 of \d+ notified/],
    ['deleted', '/app/waitlist/7010', adminText('move.title')],
    ['notifications', '/app/notifications', adminText('sent.assumed_sent')],
    ['told', `/app/notifications/${subscriptionIds[0]}`, adminText('consent.title')],
    ['not-yet', `/app/notifications/${waiting.rows[0]!.id}`, adminText('answer.not_yet')],
    ['messenger', '/app/messenger', adminText('test.title')],
    ['settings', '/app/settings', adminText('settings.preview')],
  ];
  for (const [width, size] of narrow)
    for (const [name, path, says] of busy) await holds({ path, size, says, name: `busy-${name}-${width}` });
}, 480_000);

test('in Spanish every page holds, whose words are the longer ones', async () => {
  const spanish: [string, string, string | RegExp][] = [
    ['home', '/app', adminText('on.title', undefined, 'es')],
    ['waitlist', '/app/waitlist', adminText('waitlist.by.shoppers', undefined, 'es')],
    ['shoppers', '/app/waitlist/shoppers', adminText('shoppers.note', undefined, 'es')],
    ['variant', '/app/waitlist/7001', adminText('variant.people', undefined, 'es')],
    ['deleted', '/app/waitlist/7010', adminText('move.title', undefined, 'es')],
    ['notifications', '/app/notifications', adminText('sent.assumed_sent', undefined, 'es')],
    ['messenger', '/app/messenger', adminText('test.title', undefined, 'es')],
    ['settings', '/app/settings', adminText('draft.do', undefined, 'es')],
  ];
  for (const [width, size] of narrow)
    for (const [name, path, says] of spanish)
      await holds({ path: `${path}?locale=es`, size, says, name: `spanish-${name}-${width}` });
}, 480_000);

test('an address that leads nowhere says so, and leads on', async () => {
  const { frame, page } = await admin.open({ path: '/app/waitlist/424242' });
  await frame.getByRole('heading', { name: adminText('page.missing'), level: 2 }).waitFor();
  await frame.getByRole('link', { name: adminText('page.home') }).click();
  await frame.getByText(adminText('on.title')).waitFor();
  await page.context().close();
});

test('the menu of the admin leads from page to page without loading the app anew', async () => {
  const { frame, page, noise } = await admin.open({ path: '/app' });
  await frame.evaluate(() => Object.assign(window, { stillHere: true }));
  for (const [item, title] of [
    ['nav.waitlist', 'waitlist.title'],
    ['nav.notifications', 'nav.notifications'],
    ['nav.messenger', 'nav.messenger'],
    ['nav.settings', 'nav.settings'],
  ] as const) {
    await page.getByRole('link', { name: adminText(item), exact: true }).click();
    await waitFor(async () => (await page.locator('#heading').textContent()) === adminText(title), {
      until: title,
    });
  }
  expect(await frame.evaluate(() => 'stillHere' in window)).toBe(true);
  expect(noise).toEqual([]);
  await page.context().close();
});

test('with a broken Page the one thing to do is said, and Home is not “on”', async () => {
  const { messenger } = admin.testApp().world;
  // Dead at Meta's too: whenever the worker's check comes by, it finds the same.
  for (const token of messenger.world.accessTokens.keys()) messenger.invalidateToken({ token });
  await admin.client.query(`UPDATE pages SET issue = 'reconnect', issue_since = now()`);
  await admin.client.query(
    `INSERT INTO webhook_events (event_key,meta_page_id,ordering_key,occurred_at,received_at,due_at,body,failure,failure_detail)
     SELECT 'kept ' || g, p.meta_page_id, 'x', now() - g * interval '1 hour', now(), now(), '\\x01',
       (ARRAY['unknown_request','policy'])[1 + g % 2], (ARRAY[NULL,'warning Messages were reported.'])[1 + g % 2]
     FROM pages p, generate_series(1, 3) g`,
  );
  for (const [width, size] of narrow)
    for (const [name, path] of [
      ['home', '/app'],
      ['messenger', '/app/messenger'],
    ] as const)
      await holds({ path, size, says: adminText('trouble.reconnect'), name: `broken-${name}-${width}` });
  const { frame, page } = await admin.open({ path: '/app' });
  await frame.getByText(adminText('on.no'), { exact: true }).waitFor();
  // Nothing on Home says otherwise: no step done that is not, no button shown, nobody about to be told.
  await frame.getByText(adminText('on.block.hidden')).waitFor();
  await frame.getByText(adminText('soon.pageOff')).first().waitFor();
  for (const text of [/ is connected\./, /button is live/, /minutes? left/, adminText('variant.tell')])
    expect([text, await frame.getByText(text).count()]).toEqual([text, 0]);
  await page.context().close();
}, 120_000);
