// Flow in the whole journey: workflows are turned on, a shopper is notified, the worker is killed, and no event is lost or sent under two ids.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../scripts/build.ts';
import { SHOP } from '../../simulators/demo/seed.ts';
import { waitFor } from '../harness/wait-for.ts';
import { openTestApp, type TestApp } from '../harness/test-app.ts';

let testApp: TestApp;
beforeAll(async () => {
  await buildApp({ print: () => undefined });
  testApp = await openTestApp();
}, 120_000);
afterAll(() => testApp?.close());

const WISH = { product: 'Linen shirt', title: 'M / Sand' };

test(
  'a shopper joins and is told; Flow hears of both also when the worker is killed in between',
  { timeout: 120_000 },
  async () => {
    const { flow } = testApp.world.shopify;
    for (const handle of ['waitlist-joined', 'restock-notified'])
      expect(await flow.turn({ shop: SHOP, handle, on: true })).toBe(true);
    const events = (handle: string) => flow.received(SHOP).filter((each) => each.handle === handle);

    const flo = testApp.shopper('Flo');
    await flo.asks(WISH);
    await waitFor(() => events('waitlist-joined').length > 0, {
      until: 'Flow to hear who joined',
      timeoutMs: 30_000,
    });
    expect(events('waitlist-joined').map(({ payload }) => payload.Waiting)).toEqual([1]);

    await testApp.demo.app.restart('worker');
    testApp.stock({ ...WISH, available: 5 });
    await waitFor(() => flo.notified().length === 1, { until: 'Flo to be told', timeoutMs: 45_000 });
    await testApp.demo.app.restart('worker');
    await waitFor(() => events('restock-notified').length > 0, {
      until: 'Flow to hear that the restock was told',
      timeoutMs: 30_000,
    });
    await testApp.demo.quiet();
    // A kill between the call and the note of it repeats that event, under its own id: a kill each, at most a copy each.
    for (const handle of ['waitlist-joined', 'restock-notified']) {
      const ids = events(handle).map(({ payload }) => payload['Event ID']);
      expect([handle, new Set(ids).size, ids.length <= 2]).toEqual([handle, 1, true]);
    }
    const [notified] = events('restock-notified');
    expect([notified!.payload.Notified, notified!.payload['Still waiting']]).toEqual([1, 0]);
  },
);
