// Turns pages into HTML.
import { createReadableStreamFromReadable, type EntryContext } from '@remix-run/node';
import { isRouteErrorResponse, RemixServer } from '@remix-run/react';
import { isbot } from 'isbot';
import { PassThrough } from 'node:stream';
import { renderToPipeableStream } from 'react-dom/server';
import { log } from './lib/log.server.ts';
import { APP_BRIDGE, type LoadContext, Nonce } from './security-headers.ts';

const RENDER_LIMIT_MS = 5_000;

export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
  { nonce }: LoadContext,
): Promise<Response> {
  headers.set('Link', `<${APP_BRIDGE}>; rel="preload"; as="script"`);
  headers.set('Content-Type', 'text/html; charset=utf-8');
  // The address of a first load holds a session token.
  headers.set('Referrer-Policy', 'same-origin');
  headers.set('Cache-Control', 'no-store');
  return new Promise((resolve, reject) => {
    let failed = false;
    const ready = isbot(request.headers.get('user-agent') ?? '') ? 'onAllReady' : 'onShellReady';
    const page = (
      <Nonce.Provider value={nonce}>
        <RemixServer context={context} url={request.url} nonce={nonce} />
      </Nonce.Provider>
    );
    const { pipe, abort } = renderToPipeableStream(page, {
      nonce,
      [ready]() {
        const body = new PassThrough();
        resolve(
          new Response(createReadableStreamFromReadable(body), { headers, status: failed ? 500 : status }),
        );
        pipe(body);
      },
      onShellError: reject,
      onError(error) {
        failed = true;
        log.error('page.render_failed', { error });
      },
    });
    setTimeout(abort, RENDER_LIMIT_MS + 1_000).unref();
  });
}

/** What a loader or action threw that was no Response; and what Remix itself refuses, which says nothing of us. */
export function handleError(error: unknown, { request }: { request: Request }): void {
  if (request.signal.aborted) return;
  const { method, url } = request;
  const path = new URL(url).pathname;
  if (isRouteErrorResponse(error) && error.status < 500)
    log.debug('web.request_refused', { method, path, status: error.status });
  else log.error('web.route_failed', { method, path, error });
}
