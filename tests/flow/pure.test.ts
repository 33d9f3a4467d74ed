// The round numbers, and the payloads against the extensions' own files.
import fc from 'fast-check';
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as events from '../../app/flow/trigger-payloads.ts';
import { thresholdReached } from '../../app/flow/trigger-payloads.ts';
import { readTrigger, triggers } from '../../simulators/shopify/flow.ts';

test('5, 10, 25, 50, and so on tenfold', () => {
  const numbers = new Set<number>();
  for (let people = 0; people <= 30_000; people += 1) numbers.add(thresholdReached(people));
  expect([...numbers]).toEqual([0, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000]);
});

test('a number is reached by those who have it, and is a step of its own', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 1_000_000_000 }), (people) => {
      const number = thresholdReached(people);
      expect(number).toBeLessThanOrEqual(people);
      expect(number * 2.5).toBeGreaterThanOrEqual(people / 1.000_001);
      expect([thresholdReached(number), thresholdReached(number - 1) < number]).toEqual([number, true]);
    }),
  );
});

const about = { variantId: 45_218_377_105_457n, productId: 8_412_667_281_457n, title: 'M' };
const at = new Date('2026-11-23T10:00:00Z');
const made = [
  events.subscriptionPayload({ ...about, subscriptionId: 1n, at, waiting: 1 }),
  events.thresholdPayload({ ...about, subscriptionId: 1n, number: 5, waiting: 5 }),
  events.restockPayload({ ...about, restockId: 1n, openedAt: at, people: 1, waiting: 0 }),
  events.needsAttention({
    ...{ pageId: 1n, page: 'Linen & Co', issue: 'reconnect', since: at },
    ...{ happened: 'It happened.', remedy: 'Do this.' },
  }),
];

test('each trigger has one event and each event one trigger, with the same fields in the same order', () => {
  const declared = triggers().map(({ handle, fields }) => [handle, fields.map(({ key }) => key)]);
  expect(made.map(({ handle, payload }) => [handle, Object.keys(payload)]).toSorted()).toEqual(
    declared.toSorted(),
  );
});

const files = globSync('extensions/flow-*/shopify.extension.toml', {
  cwd: new URL('../..', import.meta.url).pathname,
}).map((path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));

test('every field says what it is, and no handle is used twice', () => {
  expect(files).toHaveLength(5);
  for (const toml of files)
    for (const field of toml.split('[[settings.fields]]').slice(1))
      expect(field).toMatch(/^description = ".{10,}"$/m);
  const handles = files.map((toml) => /^handle = "(.+)"$/m.exec(toml)![1]);
  expect(new Set(handles).size).toBe(handles.length);
});

test('the address that Flow calls is this app’s door', () => {
  const app = readFileSync(new URL('../../shopify.app.toml', import.meta.url), 'utf8');
  const base = /^application_url = "(.+)"$/m.exec(app)![1];
  expect(files.flatMap((toml) => /^url = "(.+)"$/m.exec(toml)?.[1] ?? [])).toEqual([`${base}/flow/usage`]);
});

test('the simulator takes no trigger that Shopify’s command line would not take', () => {
  const [toml] = files.filter((each) => each.includes('waitlist-joined'));
  expect(() => readTrigger(toml!.replace('key = "Waiting"', 'key = "Waiting-now"'))).toThrow(
    /letters and spaces/,
  );
  expect(() => readTrigger(toml!.replace('number_decimal', 'number_integer'))).toThrow(/not supported/);
  expect(() => readTrigger(toml!.replace('product_reference', 'variant_reference'))).toThrow(/not supported/);
});
