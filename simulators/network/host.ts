// A network for the simulators: real HTTP servers in front of plain `(Request) => Response` handlers.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { noteSource } from './source.ts';

export type Handler = (request: Request) => Promise<Response>;
export type Listening = { port: number; stop(): Promise<void> };

const singular = new Set(['GET', 'HEAD']);

function toRequest({
  incoming,
  origin,
}: {
  incoming: IncomingMessage;
  origin: (host: string) => string;
}): Request {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2)
    headers.append(incoming.rawHeaders[at]!, incoming.rawHeaders[at + 1]!);
  const body = singular.has(incoming.method!)
    ? undefined
    : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
  const url = new URL(incoming.url!, origin(incoming.headers.host ?? 'localhost'));
  const request = new Request(url, {
    method: incoming.method!,
    headers,
    body,
    duplex: 'half',
    redirect: 'manual',
  });
  noteSource(request, incoming.socket.remoteAddress);
  return request;
}

async function send({ answer, outgoing }: { answer: Response; outgoing: ServerResponse }): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(answer.headers);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  outgoing.writeHead(answer.status, headers);
  if (answer.body === null) {
    outgoing.end();
    return;
  }
  const reader = answer.body.getReader();
  outgoing.once('close', () => void reader.cancel().catch(() => undefined));
  outgoing.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value))
      await new Promise((resolve) => outgoing.once('drain', resolve).once('close', resolve));
  }
  outgoing.end();
}

const listener =
  ({ handle, origin }: { handle: Handler; origin: (host: string) => string }): RequestListener =>
  (incoming, outgoing) => {
    handle(toRequest({ incoming, origin })).then(
      (answer) => send({ answer, outgoing }).catch(() => outgoing.destroy()),
      // A simulator throws ConnectionLost where its caller must see the connection die; anything else dies the same way, but says so.
      (error: unknown) => {
        if (!(error instanceof Error) || error.constructor.name !== 'ConnectionLost')
          process.stderr.write(`simulator failed: ${error instanceof Error ? error.stack : String(error)}\n`);
        outgoing.destroy();
      },
    );
  };

async function listen({ server, port }: { server: Server; port: number }): Promise<Listening> {
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  server.keepAliveTimeout = 65_000;
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves `handle` on loopback; the handler sees `https://<Host header>/...`, whichever way the request came. */
export const serve = ({ handle, port = 0 }: { handle: Handler; port?: number }): Promise<Listening> =>
  listen({ server: createServer(listener({ handle, origin: (host) => `https://${host}` })), port });

/** The same behind TLS, for a browser that is told to map the platforms' own host names to this port. */
export const serveSecurely = ({
  handle,
  key,
  cert,
  port = 0,
}: {
  handle: Handler;
  key: string;
  cert: string;
  port?: number;
}): Promise<Listening> =>
  listen({
    server: createSecureServer({ key, cert }, listener({ handle, origin: (host) => `https://${host}` })),
    port,
  });
