// What a merchant does in the admin, in a real browser: connect, test on the phone, settings, inventory check, export.
import { beforeAll, expect, test } from 'vitest';
import { MERCHANT, PAGE, SHOP } from '../../simulators/demo/seed.ts';
import { inventoryQuantity, isForSale } from '../../simulators/shopify/shop-state.ts';
import { waitFor } from '../harness/wait-for.ts';
import { addCrowd } from './crowd.ts';
import { openFrames, type Looked } from './frame.ts';
import { adminText } from './admin-text.ts';

const admin = openFrames();
const toast = ({ page }: Looked, text: string) =>
  waitFor(async () => (await page.locator('#toast').textContent()) === text, { until: `“${text}”` });
const saveBar = ({ page }: Looked) => page.locator('#saveBar[data-open]');
const shop = async () =>
  (await admin.client.query('SELECT * FROM shops WHERE domain = $1', [SHOP])).rows[0] as Record<
    string,
    unknown
  >;

/** How often the page itself has read from this address. */
const asked = ({ frame }: Looked, path: string) =>
  frame.evaluate(
    (wanted) =>
      performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname === wanted).length,
    path,
  );

/** What Home has to say of the simulator's shop: Shopify shows a hundred of those without stock, and some of them keep selling. */
function soldOutText(): string {
  const state = admin.testApp().world.shopify.store.shop(SHOP);
  const empty = [...state.variants.values()]
    .filter((variant) => state.products.get(variant.productId)!.status === 'ACTIVE')
    .filter((variant) => inventoryQuantity({ shop: state, variant }) <= 0)
    .toSorted((a, b) => Number(a.id - b.id));
  const soldOut = empty.slice(0, 100).filter((variant) => !isForSale({ shop: state, variant })).length;
  expect(soldOut).toBeGreaterThan(1);
  return adminText(empty.length > 100 ? 'on.soldOut.more' : 'on.soldOut.now', { count: soldOut });
}

beforeAll(() => addCrowd({ client: admin.client, domain: SHOP, people: 400 }));

test('the guide is put away for good, and the checklist stays', async () => {
  admin.testApp().world.admin.placeBlock({ shop: SHOP, active: false });
  const first = await admin.open({ path: '/app' });
  await first.frame.getByText(adminText('guide.done', { done: 2, all: 3 })).waitFor();
  const link = first.frame.getByRole('link', { name: adminText('on.block.do') });
  expect(await link.getAttribute('href')).toBe(
    `https://${SHOP}/admin/themes/current/editor?template=product&addAppBlockId=${admin.testApp().demo.keys.apiKey}/notify-me&target=mainSection`,
  );
  await first.frame.getByRole('button', { name: adminText('guide.dismiss') }).click();
  await first.frame.getByText(adminText('on.title')).waitFor();
  await waitFor(async () => (await shop()).setup_guide_dismissed_at !== null);
  const again = await admin.open({ path: '/app' });
  await again.frame.getByText(adminText('on.no'), { exact: true }).waitFor();
  expect(await again.frame.getByText(adminText('guide.done', { done: 2, all: 3 })).count()).toBe(0);

  // The merchant places the block in another tab and comes back: no reload is needed.
  admin.testApp().world.admin.placeBlock({ shop: SHOP });
  await again.frame.evaluate(() => window.dispatchEvent(new Event('focus')));
  await again.frame.getByText(adminText('on.yes'), { exact: true }).waitFor();
  await again.frame.getByText(soldOutText(), { exact: true }).waitFor();
  expect(await asked(again, '/app/sold-out')).toBe(1);
  await first.page.context().close();
  await again.page.context().close();
});

test('settings: nothing is lost, discarded or saved by itself, and a wrong field says so beside it', async () => {
  const looked = await admin.open({ path: '/app/settings' });
  const { frame, page } = looked;
  const minimum = frame.getByLabel(adminText('settings.minimumStock'));
  expect(await saveBar(looked).count()).toBe(0);

  await minimum.fill('7');
  await saveBar(looked).waitFor();
  await page.locator('#discard').click();
  await waitFor(async () => (await minimum.inputValue()) === '1', { until: 'the old value' });
  expect(await saveBar(looked).count()).toBe(0);

  await minimum.fill('0');
  await frame.getByLabel('Text', { exact: true }).fill('{product} is back, 20 % off');
  await frame.getByText(adminText('warning.promotion')).waitFor();
  await frame.getByText('Linen shirt, M is back, 20 % off').waitFor();
  await page.locator('#save').click();
  await frame.getByText(adminText('error.too_small')).waitFor();
  expect(await minimum.getAttribute('aria-invalid')).toBe('true');
  expect((await shop()).minimum_stock).toBe(1);

  await minimum.fill('3');
  await page.locator('#save').click();
  await toast(looked, adminText('done.saved'));
  await waitFor(async () => (await saveBar(looked).count()) === 0, { until: 'the save bar to go' });
  expect(await shop()).toMatchObject({
    minimum_stock: 3,
    custom_messages: { en: { 'notification.backInStock': '{product} is back, 20 % off' } },
  });
  expect(looked.noise.filter((line) => !line.includes('422'))).toEqual([]);
  await page.context().close();
});

test('a variant is found by its name, looked at, held, paused and resumed', async () => {
  const looked = await admin.open({ path: '/app/waitlist' });
  const { frame, page } = looked;
  await frame.getByRole('searchbox').fill('wool');
  await waitFor(() => frame.url().includes('search=wool'), { until: 'the search to be asked' });
  await waitFor(async () => (await frame.getByText('Linen shirt').count()) === 0, {
    until: 'the others to go',
  });
  await frame.getByRole('searchbox').fill('');
  await waitFor(async () => (await frame.getByText('Linen shirt').count()) > 0, { until: 'all again' });
  await page.context().close();

  const variant = await admin.open({ path: '/app/waitlist/7002' });
  const press = (name: string) => variant.frame.getByRole('button', { name, exact: true }).click();
  await press(adminText('variant.look'));
  await toast(variant, adminText('done.look'));
  await press(adminText('variant.pause'));
  await toast(variant, adminText('done.pause'));
  await press(adminText('variant.resume'));
  await toast(variant, adminText('done.resume'));
  expect(variant.noise).toEqual([]);
  await variant.page.context().close();
});

test('the waitlist is exported as a file, with everybody who waits in it', async () => {
  const looked = await admin.open({ path: '/app/waitlist' });
  const waiting = await admin.client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM subscriptions s JOIN shops h ON h.id = s.shop_id WHERE h.domain = $1 AND s.status = 'waiting' AND NOT s.is_test`,
    [SHOP],
  );
  const [file] = await Promise.all([
    looked.page.waitForEvent('download'),
    looked.frame.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('waitlist.csv');
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\r\n');
  expect(lines).toHaveLength(1 + waiting.rows[0]!.n);
  await toast(looked, adminText('waitlist.exported', { rows: waiting.rows[0]!.n }));
  await looked.page.context().close();
});

test('the Page is given back, connected again in Facebook’s own window, and tested on the merchant’s phone', async () => {
  const { world } = admin.testApp();
  const looked = await admin.open({ path: '/app/messenger' });
  const { frame, page } = looked;
  await frame.getByRole('button', { name: adminText('disconnect') }).click();
  await frame.getByText(/waitlisted customers won’t be notified/).waitFor();
  await frame.getByRole('button', { name: adminText('disconnect.yes') }).click();
  await frame.getByText(adminText('connect.none')).waitFor();

  const [login] = await Promise.all([
    page.context().waitForEvent('page'),
    frame.getByRole('button', { name: adminText('on.page.do') }).click(),
  ]);
  await login.getByRole('button', { name: /continue/i }).click();
  await login.getByText(adminText('login.confirm.text', { domain: SHOP })).waitFor();
  await login.getByRole('button', { name: adminText('login.confirm.action') }).click();
  await login.getByText(adminText('login.done.title')).waitFor();
  await login.close();
  await frame.getByText(adminText('choose.title')).waitFor({ timeout: 15_000 });
  await frame.getByRole('button', { name: adminText('choose.this') }).click();
  await frame.getByText(adminText('test.notYet')).waitFor();

  await frame.getByRole('button', { name: adminText('test.link.do') }).click();
  const link = frame.getByLabel(adminText('test.link.label'));
  await link.waitFor();
  const phone = world.messenger.phone(MERCHANT.id);
  const requests = () =>
    phone.messages().filter(({ content }) => JSON.stringify(content).includes('one_time_notif_req')).length;
  const before = requests();
  const notified = () =>
    world.messenger.ledger().filter((line) => line.personId === MERCHANT.id && line.paidBy === 'token')
      .length;
  const toldBefore = notified();
  if (phone.openLink(await link.inputValue()).outcome === 'get_started') phone.tapGetStarted();
  await waitFor(() => requests() > before, { until: 'the card on the phone', timeoutMs: 20_000 });
  phone.tapNotifyMe();
  const pretend = frame.getByRole('button', { name: adminText('test.pretend.do') });
  await waitFor(() => pretend.isEnabled(), { until: 'the tap to be seen', timeoutMs: 20_000 });
  await pretend.click();
  await waitFor(() => notified() === toldBefore + 1, {
    until: 'the message on the phone',
    timeoutMs: 20_000,
  });
  await frame.getByText(/^Tested on /).waitFor({ timeout: 15_000 });
  await frame.getByText(PAGE.name).first().waitFor();
  expect(looked.noise).toEqual([]);
  await page.context().close();
}, 90_000);
