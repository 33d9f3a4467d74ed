// The web process: Remix on express, behind a guard that refuses what no browser and no platform sends.
import { createRequestHandler } from '@remix-run/express';
import type { ServerBuild } from '@remix-run/node';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { env } from './env.server.ts';
import { SECOND } from './lib/clock.ts';
import { listenOn } from './lib/http.server.ts';
import { log } from './lib/log.server.ts';
import { type LoadContext, securityHeaders } from './security-headers.ts';

export type Refusal = { status: 400 | 403 | 405; text: string };

export const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** A name or an address, with or without a port (RFC 9110, 7.2). */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** `target` is what stands in the request line. @returns null where nothing is wrong. */
export function refusalOf({
  method,
  target,
  host = '',
  origin,
  ownOrigin,
}: {
  method: string;
  target: string;
  /** Missing from HTTP/1.0, as some probes still speak it. */ host: string | undefined;
  origin: string | undefined;
  ownOrigin: string;
}): Refusal | null {
  if (!METHODS.includes(method)) return { status: 405, text: 'This method is not supported.' };
  if (host !== '' && !HOST.test(host)) return { status: 400, text: 'The Host header is not valid.' };
  const path = readablePath(target);
  // PostgreSQL holds no NUL, so nothing that is looked up has one.
  if (path === null || path.includes('\0') || target.includes('%00'))
    return { status: 400, text: 'The address is not valid.' };
  // Remix would answer such a form of another site with 500.
  if (method === 'POST' && origin !== undefined && origin !== ownOrigin && path.startsWith('/app'))
    return { status: 403, text: 'This form was sent by another site.' };
  return null;
}

/** The path without its escapes; null when it can't be read. */
function readablePath(target: string): string | null {
  if (!target.startsWith('/')) return null;
  try {
    return decodeURIComponent(target.split('?', 1)[0]!);
  } catch {
    return null;
  }
}

const built = (path: string) => fileURLToPath(new URL(`../build/${path}`, import.meta.url));

const own = new URL(env.SHOPIFY_APP_URL);

/** Sets them at the moment at which the headers leave: whatever was set on the way, also by a library, is replaced. */
const secureHeaders: RequestHandler = (request, response, next) => {
  const nonce = randomBytes(16).toString('base64');
  response.locals = { nonce } satisfies LoadContext;
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => typeof response;
  response.writeHead = (...given: unknown[]) => {
    const url = new URL(own.origin + (request.originalUrl.startsWith('/') ? request.originalUrl : '/'));
    const isHtml = String(response.getHeader('content-type') ?? '').includes('html');
    for (const [name, value] of Object.entries(securityHeaders({ url, nonce, isHtml })))
      if (value === '') response.removeHeader(name);
      else response.setHeader(name, value);
    return writeHead(...given);
  };
  next();
};

const guard: RequestHandler = (request, response, next) => {
  const { method, originalUrl: target, headers } = request;
  const refusal = refusalOf({
    method,
    target,
    host: headers.host,
    origin: headers.origin,
    ownOrigin: own.origin,
  });
  if (refusal !== null) {
    if (refusal.status === 405) response.set('Allow', METHODS.join(', '));
    response.status(refusal.status).type('text').send(refusal.text);
    return;
  }
  // Only the admin's pages are asked from other origins; anywhere else a loader would do its work for a mere question.
  if (method === 'OPTIONS' && !target.startsWith('/app')) {
    response.set('Allow', METHODS.join(', ')).status(204).end();
    return;
  }
  // Our address is known: what the caller or a proxy says of it changes no answer.
  headers.host = own.host;
  headers['x-forwarded-proto'] = 'https';
  delete headers['x-forwarded-host'];
  next();
};

/** What a request makes fail before Remix has it, or while its answer is written; Remix answers for all else. */
const answerPlainly: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  log.warn('web.request_failed', { method: request.method, path: request.path, error });
  if (response.headersSent) response.destroy();
  else response.status(400).type('text').send('The request could not be read.');
};

const CONNECTIONS = {
  // Shopify keeps its connections alive; a front that closes first would lose a webhook in between.
  keepAliveTimeout: 65 * SECOND,
  // Whoever sends slowly holds what it has sent; Node's own limits are 60 and 300 s.
  headersTimeout: 10 * SECOND,
  requestTimeout: 15 * SECOND,
  connectionsCheckingInterval: 2 * SECOND,
};

/** Each connection holds up to 80 KB that nobody has read yet. */
const MOST_CONNECTIONS = 2_000;

/** Listens on `port` (0: any free one) and resolves once it does. `stop` ends after the requests under way were answered. */
export async function startWeb({ port = env.PORT }: { port?: number } = {}): Promise<{
  port: number;
  stop(): Promise<void>;
}> {
  const build = (await import(built('server/index.js'))) as ServerBuild;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', env.TRUST_PROXY);
  app.use(secureHeaders, guard);
  app.use('/assets', express.static(built('client/assets'), { immutable: true, maxAge: '1y' }));
  app.use(express.static(built('client'), { maxAge: '1h' }));
  app.get('/healthz', (_request, response) => void response.type('text').send('alive'));
  const answer = createRequestHandler({
    build,
    mode: 'production',
    getLoadContext: (_request, response) => response.locals as LoadContext,
  });
  app.all('*', (request, response, next) => void answer(request, response, next));
  app.use(answerPlainly);

  const server = createServer(CONNECTIONS, app);
  server.maxConnections = MOST_CONNECTIONS;
  await listenOn({ server, name: 'PORT', port });
  const address = server.address() as AddressInfo;
  log.info('web.listening', { port: address.port });
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 5_000).unref();
      }),
  };
}
