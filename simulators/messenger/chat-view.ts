// Draws a conversation the way a person sees it: bubbles, cards, the Notify Me request, Get Started.
import { pageInboxAppId } from './conversation.ts';
import { escapeHtml } from './markup.ts';
import type { Button, Element } from './message-shape.ts';
import type { Message, Page, Thread, World } from './world.ts';

/** Turns a web address of the story into one that the browser in front of the demo can reach. */
export type Address = (url: string) => string;
export type ChatView = { title: string; header: string; log: string; foot: string; footSeen: string };

const bell =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><path d="M6 9a6 6 0 1 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0"/></svg>';
const pauseMs = 15 * 60_000;

type Context = { world: World; address: Address };

export function createChatView({ world, address }: Context) {
  const attribute = (text: string) => escapeHtml(text);

  function webLink(input: {
    url: string;
    mid: string;
    title: string;
    className?: string;
    inner: string;
  }): string {
    const { url, mid, title, className, inner } = input;
    const look = className ? ` class="${className}"` : '';
    return `<a${look} href="${attribute(address(url))}" target="_blank" rel="noopener" data-web-url="${attribute(url)}" data-mid="${mid}" data-title="${attribute(title)}">${inner}</a>`;
  }

  function actions({ buttons, mid }: { buttons: Button[]; mid: string }): string {
    if (buttons.length === 0) return '';
    const drawn = buttons.map(({ type, title, url = '' }) =>
      type === 'web_url'
        ? webLink({ url, mid, title, inner: escapeHtml(title) })
        : `<button data-verb="button" data-mid="${mid}" data-title="${attribute(title)}">${escapeHtml(title)}</button>`,
    );
    return `<div class="actions">${drawn.join('')}</div>`;
  }

  function card({ element, mid }: { element: Element; mid: string }): string {
    const { title, subtitle, image_url: image, default_action: action, buttons = [] } = element;
    const top = `${image ? `<img src="${attribute(address(image))}" alt="">` : ''}<div class="words"><strong>${escapeHtml(title)}</strong>${subtitle ? `<p>${escapeHtml(subtitle)}</p>` : ''}</div>`;
    const inner = action ? webLink({ url: action.url, mid, title, className: 'whole', inner: top }) : top;
    return `<article class="card">${inner}${actions({ buttons, mid })}</article>`;
  }

  function request({ message, title }: { message: Message; title: string }): string {
    const button =
      message.granted === null
        ? `<button data-verb="notify-me" data-mid="${message.mid}">Notify Me</button>`
        : '<button disabled>You will be notified</button>';
    return `<article class="card request"><div class="words">${bell}<strong>${escapeHtml(title)}</strong></div><div class="actions">${button}</div></article>`;
  }

  function content(message: Message): string {
    const { text, attachment } = message.content;
    if (text !== undefined) return `<div class="text">${escapeHtml(text)}</div>`;
    const payload = attachment?.payload;
    if (!payload) return '';
    if (attachment.type !== 'template')
      return payload.sticker_id
        ? '<div class="text" aria-label="Sticker">\u{1F44D}</div>'
        : `<img src="${attribute(address(payload.url ?? ''))}" alt="Picture">`;
    const { mid } = message;
    if (payload.template_type === 'one_time_notif_req')
      return request({ message, title: payload.title ?? '' });
    if (payload.elements) {
      const cards = payload.elements.map((element) => card({ element, mid }));
      return cards.length === 1 ? cards[0]! : `<div class="cards">${cards.join('')}</div>`;
    }
    const said = `<div class="words said">${escapeHtml(payload.text ?? '')}</div>`;
    return `<article class="card">${said}${actions({ buttons: payload.buttons ?? [], mid })}</article>`;
  }

  function bubble({ message, last }: { message: Message; last: boolean }): string {
    const mine = message.from === 'person';
    const byHand = message.appId === pageInboxAppId ? '<p class="who">A person answered</p>' : '';
    const once = message.paidBy === 'token' ? '<p class="who">One-time notification</p>' : '';
    const replies = last ? (message.content.quick_replies ?? []) : [];
    const quick = replies.map(
      ({ title = '' }) =>
        `<button data-verb="button" data-mid="${message.mid}" data-title="${attribute(title)}">${escapeHtml(title)}</button>`,
    );
    const reaction = message.reaction ? `<span class="reaction">${escapeHtml(message.reaction)}</span>` : '';
    // What may change about a bubble is named, so that the browser redraws it only then.
    const seen = [message.granted !== null, message.reaction ?? '', last && quick.length > 0].join('|');
    return `<div class="bubble${mine ? ' mine' : ''}" data-key="${message.mid}" data-seen="${attribute(seen)}" data-paid-by="${message.paidBy ?? ''}">${byHand}${once}${content(message)}${reaction}${quick.length > 0 ? `<div class="quick">${quick.join('')}</div>` : ''}</div>`;
  }

  function log({ page, thread }: { page: Page; thread: Thread }): string {
    const messages = thread.messages.map((mid) => world.messages.get(mid)!);
    let before = 0;
    const drawn = messages.flatMap((message, index) => {
      const time =
        message.at - before > pauseMs
          ? [`<p class="time" data-key="t-${message.mid}">${clock(message.at)}</p>`]
          : [];
      before = message.at;
      return [...time, bubble({ message, last: index === messages.length - 1 })];
    });
    const inner = drawn.length > 0 ? drawn.join('') : intro({ page, thread });
    return `<div class="log" role="log" data-page="${page.id}${drawn.length > 0 ? '' : '-new'}" aria-label="Conversation with ${attribute(page.name)}">${inner}</div>`;
  }

  function intro({ page, thread }: { page: Page; thread: Thread }): string {
    const name = world.people.get(thread.personId)?.name ?? '';
    const greeting = page.profile.greeting?.find((one) => one.locale === 'default')?.text ?? '';
    const text = greeting
      .replaceAll('{{user_full_name}}', name)
      .replaceAll('{{user_first_name}}', name.split(' ')[0] ?? '')
      .replaceAll('{{user_last_name}}', name.split(' ').slice(1).join(' '));
    const questions = thread.exists
      ? []
      : (page.profile.ice_breakers ?? []).flatMap((one) => one.call_to_actions);
    const asks = questions.map(
      ({ question }) =>
        `<button class="ask" data-verb="ice-breaker" data-question="${attribute(question)}">${escapeHtml(question)}</button>`,
    );
    return `<div class="intro"><span class="avatar big" aria-hidden="true">${initial(page)}</span><h2>${escapeHtml(page.name)}</h2><p>${escapeHtml(text)}</p>${asks.join('')}</div>`;
  }

  function foot({ page, thread }: { page: Page; thread: Thread }): string {
    const { profile } = page;
    if (!thread.exists && profile.get_started && !profile.ice_breakers)
      return `<small>When you tap Get Started, ${escapeHtml(page.name)} will see your public info.</small><button class="start" data-verb="get-started">Get Started</button>`;
    const items = thread.exists
      ? (profile.persistent_menu ?? []).flatMap((menu) => menu.call_to_actions ?? [])
      : [];
    const menu = items.map(({ type, title, url = '' }) =>
      type === 'web_url'
        ? webLink({ url, mid: '', title, inner: escapeHtml(title) })
        : `<button data-verb="menu" data-title="${attribute(title)}">${escapeHtml(title)}</button>`,
    );
    const above = menu.length > 0 ? `<div class="menu" aria-label="Menu">${menu.join('')}</div>` : '';
    return `${above}<form><input name="text" aria-label="Message" placeholder="Message" autocomplete="off"><button>Send</button></form>`;
  }

  function view({ page, thread }: { page: Page; thread: Thread }): ChatView {
    const drawnFoot = foot({ page, thread });
    return {
      title: `${page.name} - Messenger`,
      header: `<span class="avatar" aria-hidden="true">${initial(page)}</span><div><h1>${escapeHtml(page.name)}</h1><p>Messenger</p></div>`,
      log: log({ page, thread }),
      foot: drawnFoot,
      footSeen: drawnFoot,
    };
  }

  function empty(): ChatView {
    return {
      title: 'Messenger',
      header:
        '<span class="avatar" aria-hidden="true">&#8943;</span><div><h1>Messenger</h1><p>No conversation yet</p></div>',
      log: '<div class="intro"><p>Messages from shops you write to appear here.</p></div>',
      foot: '',
      footSeen: '',
    };
  }

  return { view, empty };
}

function initial(page: Page): string {
  return escapeHtml([...page.name][0] ?? '?');
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false });
}
