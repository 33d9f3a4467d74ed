// The demo's one port: real host names become names under .localhost, both ways, so that any browser can take part.
// It alone touches what the app sends (its frame-ancestors, absolute addresses and the App Bridge address); the app is unchanged.
import type { Handler } from './host.ts';

/** Pairs of a real origin (https://...) and its name under .localhost. */
export type Names = Record<string, string>;

const textual = /^(text\/|application\/(javascript|json|manifest))/;

export function createGateway({
  names,
  port,
  handle,
}: {
  names: Names;
  port: () => number;
  handle: Handler;
}): Handler {
  const pairs = () =>
    Object.entries(names).map(([real, name]) => [real, `http://${name}.localhost:${port()}`] as const);

  /** What a browser may see: every real origin, also as it stands in JSON, URLs and Content-Security-Policy. */
  function outward(text: string): string {
    let result = text;
    for (const [real, local] of pairs()) {
      result = result.replaceAll(real, local);
      result = result.replaceAll(real.replaceAll('/', '\\/'), local.replaceAll('/', '\\/'));
      result = result.replaceAll(encodeURIComponent(real), encodeURIComponent(local));
    }
    return result;
  }

  function inward(text: string): string {
    let result = text;
    for (const [real, local] of pairs())
      result = result.replaceAll(local, real).replaceAll(encodeURIComponent(local), encodeURIComponent(real));
    return result;
  }

  /** An event of a stream arrives in one piece. */
  const rewriting = () =>
    new TransformStream<string, string>({ transform: (chunk, out) => out.enqueue(outward(chunk)) });

  return async (request) => {
    const url = new URL(request.url);
    const name = url.hostname.replace(/\.localhost$/, '');
    const real = Object.keys(names).find((each) => names[each] === name);
    if (real === undefined)
      return new Response(null, { status: 302, headers: { location: `http://demo.localhost:${port()}/` } });
    const headers = new Headers(
      [...request.headers].map(([key, value]) => [key, inward(value)] as [string, string]),
    );
    headers.set('host', new URL(real).host);
    headers.delete('accept-encoding');
    const target = new URL(inward(url.pathname + url.search), real);
    const answer = await handle(
      new Request(target, {
        method: request.method,
        headers,
        body: request.body,
        duplex: 'half',
        redirect: 'manual',
      }),
    );
    return rewritten(answer);
  };

  async function rewritten(answer: Response): Promise<Response> {
    const headers = new Headers();
    for (const [key, value] of answer.headers)
      if (!['content-length', 'content-encoding', 'strict-transport-security', 'set-cookie'].includes(key))
        headers.append(key, outward(value));
    for (const cookie of answer.headers.getSetCookie())
      // A partitioned cookie is for frames of another site: without its marks no browser takes it, and localhost counts as secure.
      headers.append(
        'set-cookie',
        /;\s*Partitioned/i.test(cookie) ? cookie : cookie.replace(/;\s*(Secure|SameSite=None)/gi, ''),
      );
    const type = answer.headers.get('content-type') ?? '';
    if (answer.body === null || !textual.test(type))
      return new Response(answer.body, { status: answer.status, headers });
    if (type.startsWith('text/event-stream'))
      return new Response(
        answer.body
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(rewriting())
          .pipeThrough(new TextEncoderStream()),
        { status: answer.status, headers },
      );
    return new Response(outward(await answer.text()), { status: answer.status, headers });
  }
}
