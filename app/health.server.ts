// What a host asks of a process of any role, on a private port: alive, ready, figures.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { env } from './env.server.ts';
import { metrics, readiness } from './metrics.server.ts';
import { listenOn } from './lib/listen.server.ts';
import { log } from './lib/log.server.ts';

const answers: Record<string, (response: ServerResponse) => Promise<void>> = {
  '/healthz': async (response) => void response.end('alive'),
  '/readyz': async (response) => {
    const { ready, ...facts } = await readiness();
    response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(facts));
  },
  '/metrics': async (response) => {
    const { contentType, text } = await metrics();
    response.setHeader('content-type', contentType);
    response.end(text);
  },
};

/** Listens on HEALTH_HOST and HEALTH_PORT (0: any free one). @throws in words when the port is somebody else's. */
export async function startHealth(): Promise<{ port: number; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0]!];
    if (answer === undefined || request.method !== 'GET') return void response.writeHead(404).end();
    answer(response).catch(() => response.writeHead(503).end());
  });
  await listenOn({ server, name: 'HEALTH_PORT', port: env.HEALTH_PORT, host: env.HEALTH_HOST });
  const { port } = server.address() as AddressInfo;
  log.info('the health port listens', { port, host: env.HEALTH_HOST });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
