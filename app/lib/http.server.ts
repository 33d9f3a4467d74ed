// Reads request bodies as raw bytes, bounded in size, time and number; listens on a port, and says what is wrong with one.
import { once } from 'node:events';
import type { Server } from 'node:net';
import { SECOND } from './clock.ts';

export const WEBHOOK_BODY_LIMIT = 5 * 1024 * 1024;

/** Shopify gives up on a webhook after 5 s; a body that takes longer has no sender left. */
const READING_LIMIT_MS = 5 * SECOND;

/** So many bodies are read at once, in one process. */
const MOST_BODIES = 512;

/** So much of each is free: nearly every body there is. What goes beyond it shares one budget, so that a few large ones cannot fill the memory. */
const SMALL = 64 * 1024;

const LARGE_BUDGET = 32 * 1024 * 1024;

const reading = { bodies: 0, largeBytes: 0 };

/** The rest of the body stays unread: only the end of the connection gets rid of it. */
const refusal = (status: number, text: string) =>
  new Response(text, {
    status,
    headers: { connection: 'close', ...(status === 503 && { 'retry-after': '5' }) },
  });

const busy = () => refusal(503, 'Too much is being read; please deliver again.');

/**
 * The request's raw bytes. @throws a `Response`: 413 when there are more than `limit`, 408 when they do not arrive `withinMs`, 503 when
 * this process reads too many or too much already.
 */
export async function readBody(
  request: Request,
  limit = WEBHOOK_BODY_LIMIT,
  withinMs = READING_LIMIT_MS,
): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > limit)
    throw refusal(413, 'The body is too large.');
  if (request.body === null) return Buffer.alloc(0);
  if (reading.bodies >= MOST_BODIES) throw busy();
  // By hand: leaving a `for await` would cancel the stream, and the sender would see its connection die instead of our answer.
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const tooLate = Promise.withResolvers<never>();
  const alarm = setTimeout(() => tooLate.reject(refusal(408, 'The body took too long.')), withinMs);
  reading.bodies += 1;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), tooLate.promise]);
      if (done) return Buffer.concat(chunks);
      const large = Math.max(0, size + value.length - SMALL) - Math.max(0, size - SMALL);
      size += value.length;
      reading.largeBytes += large;
      if (size > limit) throw refusal(413, 'The body is too large.');
      if (large > 0 && reading.largeBytes > LARGE_BUDGET) throw busy();
      chunks.push(value);
    }
  } finally {
    clearTimeout(alarm);
    reading.bodies -= 1;
    reading.largeBytes -= Math.max(0, size - SMALL);
  }
}

/**
 * Runs a webhook door's one transaction; when our database can't keep the event, answers 503 so that the sender tries again. A `Response`
 * that `keep` throws is the answer.
 */
export async function storeOr503(
  keep: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): Promise<Response> {
  try {
    await keep();
    return new Response(null, { status: 200 });
  } catch (error) {
    if (error instanceof Response) return error;
    onFailure(error);
    return new Response('Not kept; please deliver again.', { status: 503, headers: { 'retry-after': '5' } });
  }
}

const WHY: Record<string, string> = {
  EADDRINUSE: 'another process listens there already',
  EACCES: 'this user may not listen there; take a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this machine has no such address',
};

/** Resolves once `server` listens. `name` is the setting that chose the port. @throws in words. */
export async function listenOn({
  server,
  name,
  port,
  host,
}: {
  server: Server;
  name: string;
  port: number;
  host?: string;
}): Promise<void> {
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const where = host === undefined ? String(port) : `${port} of ${host}`;
    throw new Error(`${name}: port ${where} cannot be had: ${WHY[code] ?? code}. Set ${name} to another.`, {
      cause: error,
    });
  }
}
