// The journey: a shopper asks, accepts, waits, and is told once. Everything is real but Shopify and Meta, whose stand-ins judge.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SHOP } from '../simulators/demo/seed.ts';
import { waitFor } from './harness/wait-for.ts';
import { openStage, type Stage } from './harness/troupe.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(() => stage?.close());

const M_SAND = { product: 'Linen shirt', title: 'M / Sand' };
/** The hold-off before the first message is ten seconds; a told shopper has to wait that long. */
const TOLD_WITHIN = { timeoutMs: 45_000 };

test(
  'a shopper asks for a sold-out size, accepts, and is told once when it is back, with a link to that very size',
  { timeout: 120_000 },
  async () => {
    const ada = stage.shopper('Ada Journey');
    await ada.asks(M_SAND);
    const confirmed = await waitFor(() => ada.messages().length >= 3 && ada.messages(), {
      until: 'the confirmation',
    });
    expect(confirmed.map((message) => JSON.stringify(message.content)).join()).toContain('Linen shirt');
    await stage.demo.quiet();
    expect(ada.told()).toHaveLength(0);

    const restockedAt = Date.now();
    stage.stock({ ...M_SAND, available: 5 });
    await waitFor(() => ada.told().length === 1, { until: 'Ada to be told', ...TOLD_WITHIN });

    const [notice] = ada.told();
    expect(notice!.at).toBeGreaterThan(restockedAt);
    expect(notice!.body).toContain('Linen shirt');
    const buy = ada.messages().at(-1)!;
    const landing = ada.phone.tapButton(buy.mid, 'Buy');
    expect(landing.outcome).toBe('web_url');
    const go = await stage.world.handle(
      new Request((landing as { url: string }).url, {
        redirect: 'manual',
        headers: { 'user-agent': 'Mozilla/5.0 (iPhone)' },
      }),
    );
    expect(go.status).toBe(302);
    expect(new URL(go.headers.get('location')!).searchParams.get('variant')).toBe(
      String(stage.variant(M_SAND).id),
    );
  },
);

test(
  'the same webhook five times, a restart of the worker, and nobody is told twice',
  { timeout: 120_000 },
  async () => {
    const before = stage.world.messenger.ledger().filter((line) => line.paidBy === 'token').length;
    await stage.world.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
    await stage.demo.quiet();
    await stage.demo.app.restart('worker');
    await stage.world.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
    await stage.demo.quiet();
    expect(stage.world.messenger.ledger().filter((line) => line.paidBy === 'token')).toHaveLength(before);
  },
);

test(
  'one restock reported by every location, each webhook five times at once: everybody is told once',
  { timeout: 120_000 },
  async () => {
    const wish = { product: 'Linen shirt', title: 'XL / Sand' };
    const waiting = ['Bo', 'Cy', 'Di', 'Ed'].map((name) => stage.shopper(name));
    for (const one of waiting) await one.asks(wish);
    await stage.demo.quiet();
    stage.world.shopify.webhooks.dials.copies = 5;
    for (const [at, available] of [
      ['Warehouse', 4],
      ['High Street shop', 3],
      ['Showroom', 2],
      ['Warehouse', 6],
      ['High Street shop', 5],
    ] as const)
      stage.stock({ ...wish, at, available });
    await waitFor(() => waiting.every((one) => one.told().length > 0), {
      until: 'all four to be told',
      ...TOLD_WITHIN,
    });
    stage.world.shopify.webhooks.dials.copies = 1;
    await stage.demo.quiet();
    expect(waiting.map((one) => one.told().length)).toEqual([1, 1, 1, 1]);
  },
);

test('a shopper who never tapped Notify Me is never told', { timeout: 120_000 }, async () => {
  const wish = { product: 'Linen shirt', title: 'M / Indigo' };
  const fay = stage.shopper('Fay');
  const gus = stage.shopper('Gus');
  await fay.presses(wish);
  await gus.asks(wish);
  await stage.demo.quiet();
  const heard = fay.messages().length;
  stage.stock({ ...wish, available: 9 });
  await waitFor(() => gus.told().length === 1, { until: 'Gus to be told', ...TOLD_WITHIN });
  await stage.demo.quiet();
  expect(fay.told()).toHaveLength(0);
  expect(fay.messages()).toHaveLength(heard);
});

test(
  'a shopper who accepts after the stock has returned, and before anything looked, is told',
  { timeout: 120_000 },
  async () => {
    const wish = { product: 'Linen shirt', title: 'L / Sand' };
    stage.stock({ ...wish, at: 'High Street shop', available: 0 });
    const hal = stage.shopper('Hal');
    await hal.presses(wish);
    await waitFor(() => hal.requests().length > 0, { until: 'Hal to be asked' });
    await stage.demo.quiet();
    stage.world.shopify.webhooks.dials.lose = 1;
    stage.stock({ ...wish, at: 'High Street shop', available: 3 });
    stage.world.shopify.webhooks.dials.lose = 0;
    hal.phone.tapNotifyMe();
    await waitFor(() => hal.told().length === 1, { until: 'Hal to be told', ...TOLD_WITHIN });
  },
);

test(
  'the worker is killed at every turn of the story, and it ends the same: told once',
  { timeout: 240_000 },
  async () => {
    const wish = { product: 'Linen shirt', title: 'S / Indigo' };
    stage.stock({ ...wish, available: 0 });
    stage.stock({ ...wish, at: 'High Street shop', available: 0 });
    const ivy = stage.shopper('Ivy');
    await ivy.presses(wish);
    await stage.demo.app.restart('worker');
    await waitFor(() => ivy.requests().length > 0, { until: 'Ivy to be asked', timeoutMs: 40_000 });
    ivy.phone.tapNotifyMe();
    await stage.demo.app.restart('worker');
    await stage.demo.quiet();
    stage.stock({ ...wish, available: 2 });
    await stage.demo.app.restart('worker');
    const killAtTelling = stage.world.messenger.watch((change) => {
      if (change.personId === ivy.id && ivy.told().length > 0) killed ??= stage.demo.app.restart('worker');
    });
    let killed: Promise<void> | undefined;
    await waitFor(() => ivy.told().length > 0, { until: 'Ivy to be told', timeoutMs: 90_000 });
    await killed;
    killAtTelling();
    await stage.demo.quiet();
    expect(ivy.told()).toHaveLength(1);
  },
);

test('when the app has left the shop, nobody is told any more', { timeout: 120_000 }, async () => {
  const wish = { product: 'Linen shirt', title: 'XL / Indigo' };
  const jon = stage.shopper('Jon');
  await jon.asks(wish);
  await stage.demo.quiet();
  stage.world.shopify.uninstall(SHOP);
  await stage.demo.quiet();
  stage.stock({ ...wish, available: 5 });
  await stage.demo.quiet();
  expect(jon.told()).toHaveLength(0);
});
