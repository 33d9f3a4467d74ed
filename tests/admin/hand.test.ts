// The merchant's controls in a real browser: pause and resume, move customers of a deleted variant, send a test message.
import { expect, test } from 'vitest';
import { MERCHANT, SHOP } from '../../simulators/demo/seed.ts';
import { waitFor } from '../harness/wait-for.ts';
import { openFrames, type Looked } from './frame.ts';
import { adminText } from './admin-text.ts';

const admin = openFrames();
const toast = ({ page }: Looked, text: string) =>
  waitFor(async () => (await page.locator('#toast').textContent()) === text, { until: `“${text}”` });
const one = async <Row>(text: string, values: unknown[] = []) =>
  (await admin.client.query(text, values)).rows[0] as Row;
/** Everything that is counted: who waits, who was asked, what was sent. */
const counts = () =>
  one<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM subscriptions) AS subscriptions, (SELECT count(*)::int FROM opt_in_requests) AS requests, (SELECT count(*)::int FROM notifications) AS notifications`,
  );

test('what is back is held and released from Home, and from its own page', async () => {
  const testApp = admin.testApp();
  const wish = { product: 'Gauze scarf', title: 'Rust' };
  const { id: variantId } = testApp.variant(wish);
  await admin.client.query(`UPDATE shops SET send_delay_seconds = 3600 WHERE domain = $1`, [SHOP]);
  const ada = testApp.shopper('Ada');
  await ada.asks(wish);
  await waitFor(
    async () => (await one(`SELECT 1 FROM subscriptions WHERE variant_id = $1`, [variantId])) !== undefined,
    {
      until: 'the yes',
      timeoutMs: 20_000,
    },
  );
  testApp.stock({ ...wish, available: 6 });
  const restock = () =>
    one<{ held_at: Date | null }>(
      `SELECT held_at FROM restocks WHERE variant_id = $1 AND closed_at IS NULL`,
      [variantId],
    );
  await waitFor(async () => (await restock()) !== undefined, { until: 'the restock', timeoutMs: 20_000 });

  const home = await admin.open({ path: '/app' });
  await home.frame.getByText(adminText('soon.toldOf', { notified: 0, all: 1 })).waitFor();
  await home.frame.getByRole('button', { name: adminText('variant.hold'), exact: true }).click();
  await toast(home, adminText('done.hold'));
  await home.frame.getByText(adminText('soon.held')).waitFor();
  expect((await restock()).held_at).not.toBeNull();
  await home.page.context().close();

  const variant = await admin.open({ path: `/app/waitlist/${variantId}` });
  await variant.frame.getByText(adminText('soon.held')).waitFor();
  await variant.frame.getByRole('button', { name: adminText('variant.release'), exact: true }).click();
  await toast(variant, adminText('done.release'));
  await variant.frame.getByRole('button', { name: adminText('variant.hold'), exact: true }).waitFor();
  expect((await restock()).held_at).toBeNull();
  expect(ada.notified()).toHaveLength(0);
  expect(variant.noise).toEqual([]);
  await variant.page.context().close();
}, 120_000);

test('whoever waits stands in the list of shoppers with the reason, and their row leads to their life', async () => {
  const looked = await admin.open({ path: '/app/waitlist' });
  const { frame, page } = looked;
  await frame.getByRole('button', { name: adminText('waitlist.by.shoppers') }).click();
  await frame.getByText(adminText('shoppers.why')).filter({ visible: true }).first().waitFor();
  await frame.getByText(adminText('why.send_delay')).filter({ visible: true }).first().waitFor();
  await frame.getByRole('searchbox').fill('nothing like it');
  await frame.getByText(adminText('waitlist.nothing')).waitFor();
  await frame.getByRole('searchbox').fill('scarf');
  await frame.getByRole('link', { name: 'Gauze scarf' }).first().click();
  await frame.getByText(adminText('consent.title')).waitFor();
  expect(looked.noise).toEqual([]);
  await page.context().close();
});

test('the waiters of a deleted variant are moved by the merchant alone, after reading who moves where', async () => {
  const testApp = admin.testApp();
  const wish = { product: 'Gauze scarf', title: 'Sea' };
  const { id: variantId } = testApp.variant(wish);
  for (const name of ['Bo', 'Cleo']) await testApp.shopper(name).asks(wish);
  const waiting = async (id: bigint) =>
    (
      await one<{ n: number }>(
        `SELECT count(*)::int AS n FROM subscriptions WHERE variant_id = $1 AND status = 'waiting'`,
        [id],
      )
    ).n;
  await waitFor(async () => (await waiting(variantId)) === 2, { until: 'both to wait', timeoutMs: 20_000 });
  const { id: oat } = testApp.variant({ product: 'Gauze scarf', title: 'Oat' });
  testApp.store.deleteVariant({ shop: SHOP, variantId });
  await admin.client.query(
    `UPDATE variants SET check_requested_version = check_requested_version + 1 WHERE id = $1`,
    [variantId],
  );
  await waitFor(
    async () =>
      (
        await one<{ missing_since: Date | null }>(`SELECT missing_since FROM variants WHERE id = $1`, [
          variantId,
        ])
      ).missing_since !== null,
    { until: 'the app to see that it is gone', timeoutMs: 20_000 },
  );

  const looked = await admin.open({ path: `/app/waitlist/${variantId}` });
  const { frame, page } = looked;
  await frame.getByText(adminText('move.title')).waitFor();
  expect(await waiting(variantId)).toBe(2);
  await frame.getByLabel(adminText('move.to')).selectOption({ label: 'Oat' });
  await frame.getByRole('button', { name: adminText('move.do') }).click();
  await frame
    .getByText(adminText('move.ask', { waiting: 2, from: 'Gauze scarf, Sea', to: 'Gauze scarf, Oat' }))
    .waitFor();
  await frame.getByRole('button', { name: adminText('move.no') }).click();
  expect(await waiting(oat)).toBe(0);
  await frame.getByRole('button', { name: adminText('move.do') }).click();
  await frame.getByRole('button', { name: adminText('move.yes', { waiting: 2 }) }).click();
  await toast(looked, adminText('done.move'));
  await frame.getByText(adminText('move.text', { waiting: 0 })).waitFor();
  expect([await waiting(variantId), await waiting(oat)]).toEqual([0, 2]);
  expect(looked.noise).toEqual([]);
  await page.context().close();
}, 120_000);

test('a draft goes to the merchant’s own Messenger, marked as a test, and no figure moves', async () => {
  const { world } = admin.testApp();
  const phone = world.messenger.phone(MERCHANT.id);
  const said = () => phone.messages().map(({ content }) => JSON.stringify(content));
  const looked = await admin.open({ path: '/app/settings' });
  const { frame, page } = looked;
  const before = await counts();
  await frame.getByLabel('Text', { exact: true }).fill('{product} has come home');
  await frame.getByRole('button', { name: adminText('draft.do') }).click();
  await toast(looked, adminText('done.draft'));
  await waitFor(() => said().some((text) => /Test: [^"]*has come home/.test(text)), {
    until: 'the draft on the phone',
    timeoutMs: 20_000,
  });
  expect(await counts()).toEqual(before);
  // Sending it has saved nothing.
  expect(
    (await one<{ custom_messages: object }>('SELECT custom_messages FROM shops WHERE domain = $1', [SHOP]))
      .custom_messages,
  ).toEqual({});

  await frame.getByLabel('Text', { exact: true }).fill('it is back');
  await frame.getByRole('button', { name: adminText('draft.do') }).click();
  await frame.getByText(adminText('error.no_product')).first().waitFor();

  await admin.client.query(`UPDATE shoppers SET last_action_at = now() - interval '25 hours'`);
  await frame.getByLabel('Text', { exact: true }).fill('{product} is here again');
  await frame.getByRole('button', { name: adminText('draft.do') }).click();
  await frame.getByText(adminText('draft.window_closed')).waitFor();
  expect(said().some((text) => text.includes('is here again'))).toBe(false);
  expect(looked.noise.filter((line) => !line.includes('422'))).toEqual([]);
  await page.context().close();
}, 90_000);

test('what Meta sent and nobody could act on is shown with what there is to do', async () => {
  await admin.client.query(
    `INSERT INTO webhook_events (event_key,meta_page_id,ordering_key,occurred_at,received_at,due_at,body,failure,failure_detail)
     SELECT 'kept ' || g, p.meta_page_id, 'x', now() - g * interval '1 hour', now(), now(), '\\x01',
       (ARRAY['unknown_request','not_handled','unrecognized'])[g], (ARRAY[NULL,NULL,'unknown event: telepathy'])[g]
     FROM pages p, generate_series(1, 3) g`,
  );
  const { frame, page, noise } = await admin.open({ path: '/app/messenger' });
  await frame.getByText(adminText('kept.title', { count: 3 })).waitFor();
  await frame.getByText(adminText('kept.unknown_request')).waitFor();
  await frame.getByText('unknown event: telepathy').waitFor();
  expect(noise).toEqual([]);
  await page.context().close();
});
