// The merchant counts orders: allowed in the frame, bought through the message, seen on Home, paid back, and stopped.
import { expect, test } from 'vitest';
import { SHOP } from '../../simulators/demo/seed.ts';
import { waitFor } from '../harness/wait-for.ts';
import { openFrames, PHONE, WIDE, type Looked } from './frame.ts';
import { adminText } from './admin-text.ts';

const admin = openFrames();
const WISH = { product: 'Linen shirt', title: 'M / Sand' };
const row = async () =>
  (
    await admin.client.query<{ counting: string; orders: number }>(
      `SELECT s.order_attribution AS counting, (SELECT count(*)::int FROM attributed_orders WHERE shop_id = s.id AND amount > refunded) AS orders
       FROM shops s WHERE s.domain = $1`,
      [SHOP],
    )
  ).rows[0]!;
const granted = () => admin.testApp().world.shopify.scopes(SHOP).granted.includes('read_orders');
const answer = async ({ page }: Looked, what: 'Allow' | 'Cancel') => {
  await page.getByText('asks for more access').waitFor();
  expect(await page.locator('#asked').textContent()).toBe('read_orders');
  await page.getByRole('button', { name: what }).click();
};

test('nothing is counted before the merchant allows it, and a refusal changes nothing', async () => {
  const looked = await admin.open({ path: '/app' });
  const { frame } = looked;
  await frame.getByText(adminText('figures.earned.off')).waitFor();
  await frame.getByRole('button', { name: adminText('count.do') }).click();
  await answer(looked, 'Cancel');
  await frame.getByRole('alert').getByText(adminText('count.problem.declined')).waitFor();
  expect([granted(), (await row()).counting]).toEqual([false, 'off']);

  await frame.getByRole('button', { name: adminText('count.do') }).click();
  await answer(looked, 'Allow');
  await frame.getByText(adminText('figures.earned.none')).waitFor();
  await frame
    .getByText(/^On since /)
    .last()
    .waitFor();
  await looked.page.locator('#toast', { hasText: adminText('done.counting') }).waitFor();
  expect([granted(), (await row()).counting]).toEqual([true, 'on']);
  expect(looked.noise).toEqual([]);
  await looked.page.context().close();
});

test('a shopper is told, taps Buy and checks out: Home shows what it brought', async () => {
  const testApp = admin.testApp();
  const ada = testApp.shopper('Ada');
  await ada.asks(WISH);
  await testApp.demo.quiet();
  testApp.stock({ ...WISH, available: 5 });
  await waitFor(() => ada.notified().length === 1, { until: 'Ada to be told', timeoutMs: 45_000 });
  const buy = ada.phone.tapButton(ada.messages().at(-1)!.mid, 'Buy') as { url: string };

  const { page } = await admin.open({ path: '/app' });
  const shop = await page.context().newPage();
  await shop.goto(buy.url);
  await shop.getByRole('button', { name: 'Add to cart' }).click();
  await shop.getByRole('button', { name: 'Check out' }).click();
  await shop.getByText('Thank you').waitFor();
  await waitFor(async () => (await row()).orders === 1, { until: 'the order to be counted' });

  await page.reload();
  const home = page.frameLocator('iframe');
  await home.getByText(/^1 attributed order since/).waitFor();
  await home.getByText(adminText('days.table')).click();
  const cells = await home.locator('tbody tr').first().locator('td').allTextContents();
  expect(cells.slice(0, 2)).toEqual(['1', '1']);
  expect(cells[2]).toMatch(/[1-9]/);
  const drawn = await home.locator('svg[role=img]').evaluateAll((all) => all.map((each) => each.ariaLabel));
  expect(drawn).toHaveLength(3);
  expect(drawn[0]).toMatch(/^Notified, .+ to .+\. Peak: 1 on .+\.$/);
  await page.context().close();
}, 120_000);

for (const [width, size] of [
  ['wide', WIDE],
  ['phone', PHONE],
] as const)
  test(`Home with orders counted holds, ${width}`, async () => {
    const looked = await admin.open({ path: '/app', size });
    await looked.frame.getByText(adminText('days.table')).click();
    await admin.picture({ ...looked, name: `earned-home-${width}` });
    expect(await admin.overflow(looked.frame)).toBe(0);
    expect(await admin.findings(looked.frame)).toEqual([]);
    expect(looked.noise).toEqual([]);
    await looked.page.context().close();
  });

test('the order is paid back in the merchant’s own admin: it counts no more', async () => {
  const { page } = await admin.open({ path: '/app' });
  await page.getByRole('link', { name: 'Orders', exact: true }).click();
  await page.getByRole('button', { name: /^Refund/ }).click();
  await waitFor(async () => (await row()).orders === 0, { until: 'the refund to be counted' });
  await page.goto(`https://admin.shopify.com/store/demo/apps/${admin.testApp().demo.keys.apiKey}/app`);
  await page.frameLocator('iframe').getByText(adminText('figures.earned.none')).waitFor();
  await page.context().close();
});

test('an order whose landing page nobody knew is traced by the worker, once Shopify’s journey is ready', async () => {
  const { world, variant } = admin.testApp();
  const { rows } = await admin.client.query<{ link_code: string }>(
    `SELECT link_code FROM notifications WHERE NOT is_test AND status = 'sent'`,
  );
  const marks = `utm_source=messenger&utm_campaign=back_in_stock&utm_content=${rows[0]!.link_code}`;
  world.shopify.store.placeOrder({
    shop: SHOP,
    variantId: variant(WISH).id,
    visits: [`/?${marks}`],
    journeyAfterMs: 0,
  });
  // Two minutes pass in a moment.
  await waitFor(
    async () => {
      await admin.client.query('UPDATE order_syncs SET due_at = now() WHERE due_at > now()');
      return (await row()).orders === 1;
    },
    { until: 'the journey to be read', timeoutMs: 20_000, everyMs: 200 },
  );
  await waitFor(async () => (await admin.client.query('SELECT 1 FROM order_syncs')).rowCount === 0, {
    until: 'the reading to be done with',
  });
});

test('Shopify takes the scope back: counting ends by itself, and Home says why', async () => {
  const { world } = admin.testApp();
  world.shopify.revokeScopes({ shop: SHOP, scopes: ['read_orders'] });
  await waitFor(async () => (await row()).counting === 'off', { until: 'counting to end' });
  const looked = await admin.open({ path: '/app' });
  await looked.frame.getByText(/because this app lost access to orders\.$/).waitFor();
  // What was counted until then stays.
  await looked.frame.getByText(/^1 attributed order\. Sales attribution ended on/).waitFor();
  await looked.frame.getByRole('button', { name: adminText('count.do') }).click();
  await answer(looked, 'Allow');
  await looked.frame.getByRole('button', { name: adminText('count.stop') }).waitFor();
  await looked.page.context().close();
});

test('the merchant stops: Home says so, and the scope is given back', async () => {
  const looked = await admin.open({ path: '/app' });
  await looked.frame.getByRole('button', { name: adminText('count.stop') }).click();
  await looked.frame.getByText(/^You turned off sales attribution on/).waitFor();
  await looked.frame.getByRole('button', { name: adminText('count.do') }).waitFor();
  await waitFor(() => !granted(), { until: 'the scope to be given back' });
  expect(looked.noise).toEqual([]);
  await looked.page.context().close();
});
