// One shop's webhooks do not hold up another's, however many they are; and a shop that is alone has the whole process.
import { expect, test } from 'vitest';
import { createShares } from '../../app/shopify/webhook-handler.server.ts';

/** Shares on a clock that the test turns; every work ends when the test says so. */
function fixture({ waiting = 256 } = {}) {
  let at = 0;
  const rests: { ms: number; over: () => void }[] = [];
  const share = createShares({
    waiting,
    now: () => at,
    rest: (ms) => new Promise<void>((over) => rests.push({ ms, over })),
  });
  const atWork: { key: string; end: () => void }[] = [];
  const untilIdle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    atWork,
    rests,
    untilIdle,
    pass: (ms: number) => void (at += ms),
    bring: (key: string) =>
      share({
        key,
        work: () =>
          new Promise<'done'>((done) => {
            const mine = { key, end: () => (atWork.splice(atWork.indexOf(mine), 1), done('done')) };
            atWork.push(mine);
          }),
      }),
    keys: () => atWork.map(({ key }) => key).toSorted(),
  };
}

/** A shop that always has more waiting than can be handled, and another one beside it. */
async function flooded() {
  const made = fixture();
  const { bring, untilIdle, pass } = made;
  void bring('quiet');
  for (let at = 0; at < 100; at += 1) void bring('loud');
  await untilIdle();
  pass(250);
  return made;
}

test('a shop that floods is handled one at a time, and another shop’s webhook at once', async () => {
  const { atWork, rests, bring, keys, untilIdle } = await flooded();
  expect(keys()).toEqual(['loud', 'loud', 'quiet']);
  for (const { end } of atWork.filter(({ key }) => key === 'loud')) end();
  await untilIdle();
  for (const { over } of rests.splice(0)) over();
  await untilIdle();
  void bring('quiet');
  await untilIdle();
  expect(keys()).toEqual(['loud', 'quiet', 'quiet']);
});

test('between two webhooks the shop that floods rests for as long as the first one took, and not for ever', async () => {
  const { atWork, rests, keys, pass, untilIdle } = await flooded();
  const loud = () => atWork.filter(({ key }) => key === 'loud');
  loud()[0]!.end();
  await untilIdle();
  expect([keys(), rests.map(({ ms }) => ms)]).toEqual([['loud', 'quiet'], [50]]);
  rests.pop()!.over();
  loud()[0]!.end();
  await untilIdle();
  rests.pop()!.over();
  await untilIdle();
  pass(8);
  loud()[0]!.end();
  await untilIdle();
  expect([keys(), rests.map(({ ms }) => ms)]).toEqual([['quiet'], [8]]);
});

test('when several shops have more than can be handled, each has its turn, and none rests', async () => {
  const { atWork, rests, bring, keys, pass, untilIdle } = await flooded();
  for (let at = 0; at < 100; at += 1) void bring('loud too');
  await untilIdle();
  pass(250);
  for (const { end } of [...atWork]) end();
  await untilIdle();
  expect([keys(), rests]).toEqual([['loud', 'loud', 'loud too', 'loud too'], []]);
});

test('a shop that is alone is handled eight at a time, without a rest', async () => {
  const { atWork, bring, keys, pass, untilIdle } = fixture();
  void bring('other');
  await untilIdle();
  atWork[0]!.end();
  pass(5_001);
  const all = Array.from({ length: 20 }, () => bring('shop'));
  await untilIdle();
  expect(keys()).toHaveLength(8);
  while (atWork.length > 0) {
    atWork[0]!.end();
    await untilIdle();
  }
  expect(new Set(await Promise.all(all))).toEqual(new Set(['done']));
});

test('what would have to wait for longer than Shopify does is brought again, and what is too much at once too', async () => {
  const { atWork, rests, bring, pass, untilIdle } = fixture({ waiting: 2 });
  void bring('quiet');
  const loud = Array.from({ length: 5 }, () => bring('loud'));
  expect(await loud[4]).toBe('full');
  await untilIdle();
  // Its sender waits for each of them since the beginning.
  void bring('quiet');
  pass(4_001);
  for (const { end } of atWork.filter(({ key }) => key === 'loud')) end();
  await untilIdle();
  expect(await Promise.all(loud.slice(0, 2))).toEqual(['done', 'done']);
  for (const { over } of rests) over();
  expect(await Promise.all(loud.slice(2, 4))).toEqual(['full', 'full']);
});

test('a handler that fails gives its place to the next one', async () => {
  const share = createShares({ waiting: 5 });
  const failing = share({ key: 'a', work: () => Promise.reject(new Error('no')) });
  await expect(failing).rejects.toThrow('no');
  expect(await share({ key: 'a', work: () => Promise.resolve(1) })).toBe(1);
});
