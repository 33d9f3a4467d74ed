// The web process: Remix on express. What is said of its insides is said on the health port alone.
import { createRequestHandler } from '@remix-run/express';
import express from 'express';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { env } from './env.server.ts';
import { listening } from './lib/listening.server.ts';
import { log } from './lib/log.server.ts';

const built = (path: string) => fileURLToPath(new URL(`../build/${path}`, import.meta.url));

/** Listens on `port` (0: any free one) and resolves once it does. `stop` ends after the requests under way were answered. */
export async function startWeb({ port = env.PORT }: { port?: number } = {}): Promise<{
  port: number;
  stop(): Promise<void>;
}> {
  const build = await import(built('server/index.js'));
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', true);
  app.use('/assets', express.static(built('client/assets'), { immutable: true, maxAge: '1y' }));
  app.use(express.static(built('client'), { maxAge: '1h' }));
  app.get('/healthz', (_request, response) => void response.type('text').send('alive'));
  const answer = createRequestHandler({ build, mode: 'production' });
  app.all('*', (request, response, next) => void answer(request, response, next));

  const server = createServer(app);
  await listening({ server, name: 'PORT', port });
  // Shopify keeps its connections alive; a front that closes first would lose a webhook in between.
  server.keepAliveTimeout = 65_000;
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
