// Bodies are read as raw bytes up to a limit, and a webhook that could not be stored is asked for again.
import { expect, test } from 'vitest';
import { storeOr503, readBody, WEBHOOK_BODY_LIMIT } from '../../app/lib/http.server.ts';

function pouring({ chunks, size }: { chunks: number; size: number }) {
  let poured = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (poured === chunks) return controller.close();
        poured += 1;
        controller.enqueue(new Uint8Array(size));
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request('https://app.example', { method: 'POST', body, duplex: 'half' });
  return { request, poured: () => poured, cancelled: () => cancelled };
}

test('the bytes come as they were sent, also those that are no text', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  const request = new Request('https://app.example', { method: 'POST', body: bytes });
  expect(await readBody(request)).toEqual(Buffer.from(bytes));
  expect(await readBody(new Request('https://app.example', { method: 'POST' }))).toHaveLength(0);
});

test('up to the limit is read; one byte more is 413, and the rest stays unread', async () => {
  expect(await readBody(pouring({ chunks: 10, size: 10 }).request, 100)).toHaveLength(100);
  const tooLong = pouring({ chunks: 1_000_000, size: 10 });
  await expect(readBody(tooLong.request, 99)).rejects.toMatchObject({ status: 413 });
  expect(tooLong.poured()).toBeLessThanOrEqual(11);
  expect(tooLong.cancelled()).toBe(false);
});

test('a length that is announced beyond the limit is refused before anything is read', async () => {
  const announced = pouring({ chunks: 10, size: 10 });
  const request = new Request(announced.request, { headers: { 'content-length': '101' } });
  await expect(readBody(request, 100)).rejects.toMatchObject({ status: 413 });
  expect(announced.poured()).toBeLessThanOrEqual(1);
});

/** A sender that has sent so many bytes, and sends the rest when it is told to. */
function stalling({ size }: { size: number }) {
  let finish = () => undefined as void;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let sent = 0; sent < size; sent += 64 * 1024)
        controller.enqueue(new Uint8Array(Math.min(64 * 1024, size - sent)));
      finish = () => controller.close();
    },
  });
  const request = new Request('https://app.example', { method: 'POST', body, duplex: 'half' });
  return { request, finish: () => finish() };
}
const settled = (work: Promise<unknown>) =>
  Promise.race([
    work.then(
      () => 'read',
      (refusal: Response) => refusal.status,
    ),
    new Promise<'reading'>((resolve) => setImmediate(() => setImmediate(() => resolve('reading')))),
  ]);

test('large bodies share one budget of 32 MiB; who comes too late for it is asked to come again, and small ones are read all the same', async () => {
  const senders = Array.from({ length: 8 }, () => stalling({ size: WEBHOOK_BODY_LIMIT }));
  const readings = senders.map(({ request }) => readBody(request));
  const states = await Promise.all(readings.map(settled));
  expect(states.filter((state) => state === 'reading')).toHaveLength(6);
  expect(states.filter((state) => state === 503)).toHaveLength(2);
  const small = stalling({ size: 60_000 });
  small.finish();
  expect(await readBody(small.request)).toHaveLength(60_000);
  for (const { finish } of senders) finish();
  await Promise.allSettled(readings);
  const next = stalling({ size: WEBHOOK_BODY_LIMIT });
  next.finish();
  expect(await readBody(next.request)).toHaveLength(WEBHOOK_BODY_LIMIT);
});

test('512 bodies are read at once, and no more', async () => {
  const senders = Array.from({ length: 513 }, () => stalling({ size: 1 }));
  const readings = senders.map(({ request }) => readBody(request));
  expect(await settled(readings[512]!)).toBe(503);
  expect(await settled(readings[511]!)).toBe('reading');
  for (const { finish } of senders) finish();
  expect((await Promise.allSettled(readings)).filter(({ status }) => status === 'fulfilled')).toHaveLength(
    512,
  );
});

test('a body that does not arrive in time is given up', async () => {
  const { request } = stalling({ size: 10 });
  await expect(readBody(request, 100, 1)).rejects.toMatchObject({ status: 408 });
});

test('what was kept is answered 200, what could not be kept 503 with the reason told to us alone', async () => {
  const heard: unknown[] = [];
  const kept = await storeOr503(
    () => Promise.resolve(),
    (error) => heard.push(error),
  );
  expect([kept.status, await kept.text()]).toEqual([200, '']);
  const reason = new Error('CANARY');
  const failed = await storeOr503(
    () => Promise.reject(reason),
    (error) => heard.push(error),
  );
  expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await failed.text()).not.toContain('CANARY');
  expect(heard).toEqual([reason]);
});
