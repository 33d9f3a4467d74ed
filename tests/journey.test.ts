// The journey: a shopper asks, accepts, waits and is notified once. Everything is real but Shopify and Meta, whose simulators judge.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SHOP } from '../simulators/demo/seed.ts';
import { waitFor } from './harness/wait-for.ts';
import { openTestApp, type TestApp } from './harness/test-app.ts';

let testApp: TestApp;
beforeAll(async () => {
  testApp = await openTestApp();
}, 120_000);
afterAll(() => testApp?.close());

const M_SAND = { product: 'Linen shirt', title: 'M / Sand' };
/** The hold-off before the first message is ten seconds; a told shopper has to wait that long. */
const TOLD_WITHIN = { timeoutMs: 45_000 };

test(
  'a shopper asks for a sold-out size, accepts, and is told once when it is back, with a link to that very size',
  { timeout: 120_000 },
  async () => {
    const ada = testApp.shopper('Ada Journey');
    await ada.asks(M_SAND);
    const confirmed = await waitFor(() => ada.messages().length >= 3 && ada.messages(), {
      until: 'the confirmation',
    });
    expect(confirmed.map((message) => JSON.stringify(message.content)).join()).toContain('Linen shirt');
    await testApp.demo.quiet();
    expect(ada.notified()).toHaveLength(0);

    const restockedAt = Date.now();
    testApp.stock({ ...M_SAND, available: 5 });
    await waitFor(() => ada.notified().length === 1, { until: 'Ada to be told', ...TOLD_WITHIN });

    const [notice] = ada.notified();
    expect(notice!.at).toBeGreaterThan(restockedAt);
    expect(notice!.body).toContain('Linen shirt');
    const buy = ada.messages().at(-1)!;
    const landing = ada.phone.tapButton(buy.mid, 'Buy');
    expect(landing.outcome).toBe('web_url');
    const go = await testApp.world.handle(
      new Request((landing as { url: string }).url, {
        redirect: 'manual',
        headers: { 'user-agent': 'Mozilla/5.0 (iPhone)' },
      }),
    );
    expect(go.status).toBe(302);
    expect(new URL(go.headers.get('location')!).searchParams.get('variant')).toBe(
      String(testApp.variant(M_SAND).id),
    );
  },
);

test(
  'the same webhook five times, a restart of the worker, and nobody is told twice',
  { timeout: 120_000 },
  async () => {
    const before = testApp.world.messenger.ledger().filter((line) => line.paidBy === 'token').length;
    await testApp.world.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
    await testApp.demo.quiet();
    await testApp.demo.app.restart('worker');
    await testApp.world.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
    await testApp.demo.quiet();
    expect(testApp.world.messenger.ledger().filter((line) => line.paidBy === 'token')).toHaveLength(before);
  },
);

test(
  'one restock reported by every location, each webhook five times at once: everybody is told once',
  { timeout: 120_000 },
  async () => {
    const wish = { product: 'Linen shirt', title: 'XL / Sand' };
    const waiting = ['Bo', 'Cy', 'Di', 'Ed'].map((name) => testApp.shopper(name));
    for (const one of waiting) await one.asks(wish);
    await testApp.demo.quiet();
    testApp.world.shopify.webhooks.faultOptions.copies = 5;
    for (const [at, available] of [
      ['Warehouse', 4],
      ['High Street shop', 3],
      ['Showroom', 2],
      ['Warehouse', 6],
      ['High Street shop', 5],
    ] as const)
      testApp.stock({ ...wish, at, available });
    await waitFor(() => waiting.every((one) => one.notified().length > 0), {
      until: 'all four to be told',
      ...TOLD_WITHIN,
    });
    testApp.world.shopify.webhooks.faultOptions.copies = 1;
    await testApp.demo.quiet();
    expect(waiting.map((one) => one.notified().length)).toEqual([1, 1, 1, 1]);
  },
);

test('a shopper who never tapped Notify Me is never told', { timeout: 120_000 }, async () => {
  const wish = { product: 'Linen shirt', title: 'M / Indigo' };
  const fay = testApp.shopper('Fay');
  const gus = testApp.shopper('Gus');
  await fay.presses(wish);
  await gus.asks(wish);
  await testApp.demo.quiet();
  const heard = fay.messages().length;
  testApp.stock({ ...wish, available: 9 });
  await waitFor(() => gus.notified().length === 1, { until: 'Gus to be told', ...TOLD_WITHIN });
  await testApp.demo.quiet();
  expect(fay.notified()).toHaveLength(0);
  expect(fay.messages()).toHaveLength(heard);
});

test(
  'a shopper who accepts after the stock has returned, and before anything looked, is told',
  { timeout: 120_000 },
  async () => {
    const wish = { product: 'Linen shirt', title: 'L / Sand' };
    testApp.stock({ ...wish, at: 'High Street shop', available: 0 });
    const hal = testApp.shopper('Hal');
    await hal.presses(wish);
    await waitFor(() => hal.requests().length > 0, { until: 'Hal to be asked' });
    await testApp.demo.quiet();
    testApp.world.shopify.webhooks.faultOptions.lose = 1;
    testApp.stock({ ...wish, at: 'High Street shop', available: 3 });
    testApp.world.shopify.webhooks.faultOptions.lose = 0;
    hal.phone.tapNotifyMe();
    await waitFor(() => hal.notified().length === 1, { until: 'Hal to be told', ...TOLD_WITHIN });
  },
);

test(
  'the worker is killed at every turn of the story, and it ends the same: told once',
  { timeout: 240_000 },
  async () => {
    const wish = { product: 'Linen shirt', title: 'S / Indigo' };
    testApp.stock({ ...wish, available: 0 });
    testApp.stock({ ...wish, at: 'High Street shop', available: 0 });
    const ivy = testApp.shopper('Ivy');
    await ivy.presses(wish);
    await testApp.demo.app.restart('worker');
    await waitFor(() => ivy.requests().length > 0, { until: 'Ivy to be asked', timeoutMs: 40_000 });
    ivy.phone.tapNotifyMe();
    await testApp.demo.app.restart('worker');
    await testApp.demo.quiet();
    testApp.stock({ ...wish, available: 2 });
    await testApp.demo.app.restart('worker');
    const killAtTelling = testApp.world.messenger.watch((change) => {
      if (change.personId === ivy.id && ivy.notified().length > 0)
        killed ??= testApp.demo.app.restart('worker');
    });
    let killed: Promise<void> | undefined;
    await waitFor(() => ivy.notified().length > 0, { until: 'Ivy to be told', timeoutMs: 90_000 });
    await killed;
    killAtTelling();
    await testApp.demo.quiet();
    expect(ivy.notified()).toHaveLength(1);
  },
);

test('when the app has left the shop, nobody is told any more', { timeout: 120_000 }, async () => {
  const wish = { product: 'Linen shirt', title: 'XL / Indigo' };
  const jon = testApp.shopper('Jon');
  await jon.asks(wish);
  await testApp.demo.quiet();
  testApp.world.shopify.uninstall(SHOP);
  await testApp.demo.quiet();
  testApp.stock({ ...wish, available: 5 });
  await testApp.demo.quiet();
  expect(jon.notified()).toHaveLength(0);
});
