// The shopper's phone as a web page: shows a conversation live, and turns taps into what the person does in Messenger.
import { readFileSync } from 'node:fs';
import { createChatView, type Address, type ChatView } from './chat-view.ts';
import { escapeHtml } from './markup.ts';
import { textOf } from './message-shape.ts';
import type { Messenger } from './messenger.ts';

export type Chat = ReturnType<typeof createChat>;

const css = readFileSync(new URL('./chat.css', import.meta.url), 'utf8');
const client = readFileSync(new URL('./chat-client.js', import.meta.url), 'utf8');
const heartbeatMs = 15_000;

type Given = { messenger: Messenger; address?: Address };

export function createChat({ messenger, address = (url) => url }: Given) {
  const { world } = messenger;
  const draw = createChatView({ world, address });

  function viewOf({ personId, pageId }: { personId: string; pageId: string | null }): ChatView {
    const page = world.pages.get(pageId ?? world.people.get(personId)?.at ?? '');
    if (!page) return draw.empty();
    const thread = world.threadOf.get(`${page.id}:${personId}`);
    return thread ? draw.view({ page, thread }) : draw.empty();
  }

  /** A thread event at once and after every change, with a ring when the Page has spoken. */
  function events({ personId, pageId }: { personId: string; pageId: string | null }): Response {
    let stop = () => {};
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        const encoder = new TextEncoder();
        const put = (text: string) => controller.enqueue(encoder.encode(text));
        const tell = (ring: { from: string; text: string } | null) =>
          put(`event: thread\ndata: ${JSON.stringify({ ...viewOf({ personId, pageId }), ring })}\n\n`);
        const unwatch = messenger.watch((change) => {
          if (change.personId !== personId || (pageId !== null && change.pageId !== pageId)) return;
          const message = change.kind === 'message' ? world.messages.get(change.mid ?? '') : undefined;
          const from = world.pages.get(change.pageId)?.name ?? '';
          tell(message ? { from, text: textOf(message.content) } : null);
        });
        // A silent stream is closed by proxies.
        const heartbeat = setInterval(() => put(': still here\n\n'), heartbeatMs);
        heartbeat.unref();
        stop = () => {
          unwatch();
          clearInterval(heartbeat);
        };
        tell(null);
      },
      cancel: () => stop(),
    });
    return new Response(stream, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      },
    });
  }

  function screen({
    url,
    personId,
    pageId,
  }: {
    url: URL;
    personId: string;
    pageId: string | null;
  }): Response {
    const view = viewOf({ personId, pageId });
    const name = escapeHtml(world.people.get(personId)?.name ?? personId);
    const data = `data-person="${escapeHtml(personId)}" data-page="${escapeHtml(pageId ?? '')}" data-links="${escapeHtml(url.searchParams.get('links') ?? '')}"`;
    return page(`<!doctype html><html lang="en" ${data}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(view.title)}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="chat/chat.css"><script type="module" src="chat/client.js"></script></head>
<body><div class="phone" aria-label="${name}'s phone" role="region"><div class="status" aria-hidden="true"><span>${name}</span><span>5G &#9646;</span></div>
<div class="banner" role="status"><p><b></b><span></span></p></div>
<header>${view.header}</header><main tabindex="0" aria-label="Messages">${view.log}</main><div class="foot">${view.foot}</div></div></body></html>`);
  }

  /** Follows what was opened as a link, then shows where it led. */
  function openLink({ url, personId }: { url: URL; personId: string }): Response {
    const { pageId } = messenger.phone(personId).openLink(url.searchParams.get('open')!);
    const next = new URLSearchParams({ person: personId });
    if (pageId) next.set('page', pageId);
    const links = url.searchParams.get('links');
    if (links) next.set('links', links);
    return new Response(null, { status: 303, headers: { location: `chat?${next}` } });
  }

  function act({ verb, form, personId }: { verb: string; form: URLSearchParams; personId: string }): unknown {
    const phone = messenger.phone(personId);
    const pageId = form.get('page') || undefined;
    const field = (name: string) => form.get(name) ?? '';
    switch (verb) {
      case 'open':
        return phone.openLink(field('url'));
      case 'get-started':
        return phone.tapGetStarted(pageId);
      case 'ice-breaker':
        return phone.tapIceBreaker(field('question'), pageId);
      case 'menu':
        return phone.tapMenu(field('title'), pageId);
      case 'write':
        return { mid: phone.write(field('text'), pageId) };
      case 'notify-me':
        return { granted: phone.tapNotifyMe(field('mid')) !== null };
      case 'button':
        return phone.tapButton(field('mid'), field('title'));
      case 'react':
        return phone.react(field('mid'));
      case 'read':
        return phone.read(pageId);
      case 'block':
        return phone.block(pageId);
      default:
        return null;
    }
  }

  async function handleChat(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname;
    if (path === '/chat/chat.css') return text({ body: css, type: 'text/css' });
    if (path === '/chat/client.js') return text({ body: client, type: 'text/javascript' });
    const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : url.searchParams;
    const personId = form.get('person') || ([...world.people.keys()][0] ?? '');
    if (!world.people.has(personId)) return new Response('Nobody has this phone', { status: 404 });
    const pageId = form.get('page') || null;
    if (request.method === 'POST') {
      try {
        return Response.json(act({ verb: path.slice('/chat/'.length), form, personId }) ?? {});
      } catch (refused) {
        // The screen was older than the conversation: what it offered is no longer there.
        return Response.json(
          { error: refused instanceof Error ? refused.message : 'refused' },
          { status: 409 },
        );
      }
    }
    if (path === '/chat/events') return events({ personId, pageId });
    if (path !== '/chat') return new Response('Not found', { status: 404 });
    return url.searchParams.has('open') ? openLink({ url, personId }) : screen({ url, personId, pageId });
  }

  return { handleChat };
}

function page(body: string): Response {
  return new Response(body, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
}

function text({ body, type }: { body: string; type: string }): Response {
  return new Response(body, {
    headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' },
  });
}
