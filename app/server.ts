// The web process: Remix on express. What is said of its insides is said on the health port alone.
import { createRequestHandler } from '@remix-run/express';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { env } from './env.server.ts';
import { SECOND } from './lib/clock.ts';
import { listenOn } from './lib/listen.server.ts';
import { log } from './lib/log.server.ts';
import type { LoadContext } from './nonce.ts';
import { METHODS, refusalOf } from './request-guard.ts';
import { securityHeaders } from './security-headers.ts';

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
  const build = await import(built('server/index.js'));
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
    getLoadContext: (_request, response) => response.locals,
  });
  app.all('*', (request, response, next) => void answer(request, response, next));
  app.use(answerPlainly);

  const server = createServer(CONNECTIONS, app);
  server.maxConnections = MOST_CONNECTIONS;
  await listenOn({ server, name: 'PORT', port });
  const address = server.address() as AddressInfo;
  log.info('the web process listens', { port: address.port });
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
