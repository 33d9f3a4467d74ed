// A person's phone: everything a shopper can do in Messenger, each with the webhook it causes at the app.
import type { Conversation } from './conversation.ts';
import type { FaultOptions } from './fault-options.ts';
import type { Button } from './message-shape.ts';
import type { Message, Page, Person, Thread, World } from './world.ts';

export type Phone = ReturnType<typeof createPhone>;
export type LinkOutcome = {
  outcome: 'referral' | 'get_started' | 'opened' | 'no_such_page';
  pageId: string | null;
};
export type TapOutcome =
  { outcome: 'postback' | 'quick_reply' } | { outcome: 'web_url'; url: string } | { outcome: 'nothing' };

const refCharset = /^[A-Za-z0-9_=-]{1,2083}$/;

type Context = {
  world: World;
  conversation: Conversation;
  faultOptions: () => FaultOptions;
  now: () => Date;
  personId: string;
};

export function createPhone({ world, conversation, faultOptions, now, personId }: Context) {
  const { threadOf, openWindow, personSays, personWrites, changed } = conversation;

  function person(): Person {
    const found = world.people.get(personId);
    if (!found) throw new Error(`The Messenger simulator knows no person ${personId}`);
    return found;
  }

  function here(pageId: string | undefined): { thread: Thread; page: Page } {
    const id = pageId ?? person().at;
    if (!id) throw new Error(`${personId} has no conversation open`);
    return { thread: threadOf({ pageId: id, personId }), page: conversation.page(id) };
  }

  function bubble(mid: string): { message: Message; thread: Thread } {
    const message = world.messages.get(mid);
    const thread = message && world.threads.get(message.psid);
    if (!message || thread?.personId !== personId) throw new Error(`${personId} sees no message ${mid}`);
    return { message, thread };
  }

  /** A postback is the press of a button whose payload the Page chose. */
  function postback(input: { thread: Thread; title: string; payload: string; referral?: object }): void {
    const { thread, title, payload, referral } = input;
    openWindow(thread);
    const { mid } = conversation.personTaps({ thread, title });
    const known = faultOptions().webhooks.omitPostbackMid ? {} : { mid };
    personSays({
      thread,
      field: 'messaging_postbacks',
      what: { postback: { ...known, title, payload, ...(referral ? { referral } : {}) } },
    });
    changed({ personId, pageId: thread.pageId, kind: 'thread' });
  }

  return {
    /** Follows an m.me link. `dropRef`: Meta does not promise that a ref always arrives. */
    openLink(url: string, { dropRef = false }: { dropRef?: boolean } = {}): LinkOutcome {
      const link = new URL(url);
      const name = decodeURIComponent(link.pathname.split('/')[1] ?? '');
      const page = pageNamed({ world, name });
      if (!page) return { outcome: 'no_such_page', pageId: null };
      const given = link.searchParams.get('ref');
      const ref = !dropRef && given !== null && refCharset.test(given) ? given : null;
      const thread = threadOf({ pageId: page.id, personId });
      person().at = page.id;
      if (!thread.exists) {
        thread.pendingRef = ref;
        changed({ personId, pageId: page.id, kind: 'thread' });
        return { outcome: page.profile.get_started ? 'get_started' : 'opened', pageId: page.id };
      }
      changed({ personId, pageId: page.id, kind: 'thread' });
      if (ref === null || thread.blocked) return { outcome: 'opened', pageId: page.id };
      openWindow(thread);
      personSays({ thread, field: 'messaging_referrals', what: { referral: shortlink(ref) } });
      return { outcome: 'referral', pageId: page.id };
    },

    tapGetStarted(pageId?: string): void {
      const { thread, page } = here(pageId);
      const button = page.profile.get_started;
      if (!button || thread.exists || page.profile.ice_breakers)
        throw new Error('Messenger shows no Get Started button here');
      const ref = thread.pendingRef;
      thread.pendingRef = null;
      postback({
        thread,
        title: 'Get Started',
        payload: button.payload,
        ...(ref ? { referral: shortlink(ref) } : {}),
      });
    },

    tapIceBreaker(question: string, pageId?: string): void {
      const { thread, page } = here(pageId);
      const asked = page.profile.ice_breakers
        ?.flatMap((one) => one.call_to_actions)
        .find((one) => one.question === question);
      if (!asked || thread.exists) throw new Error(`Messenger shows no ice breaker "${question}" here`);
      thread.pendingRef = null;
      postback({ thread, title: question, payload: asked.payload });
    },

    tapMenu(title: string, pageId?: string): TapOutcome {
      const { thread, page } = here(pageId);
      const item = page.profile.persistent_menu
        ?.flatMap((menu) => menu.call_to_actions ?? [])
        .find((one) => one.title === title);
      if (!item) return { outcome: 'nothing' };
      if (item.type === 'web_url') return { outcome: 'web_url', url: item.url ?? '' };
      postback({ thread, title, payload: item.payload ?? '' });
      return { outcome: 'postback' };
    },

    write(text: string, pageId?: string): string {
      const { thread } = here(pageId);
      return personWrites({ thread, content: { text }, event: { text } }).mid;
    },

    sticker(pageId?: string): string {
      const { thread } = here(pageId);
      const attachment = {
        type: 'image',
        payload: { url: 'https://scontent.xx.fbcdn.net/like.png', sticker_id: 369239263222822 },
      };
      return personWrites({
        thread,
        content: { attachment },
        event: { attachments: [attachment], sticker_id: 369239263222822 },
      }).mid;
    },

    sendImage(url: string, pageId?: string): string {
      const { thread } = here(pageId);
      const attachment = { type: 'image', payload: { url } };
      return personWrites({ thread, content: { attachment }, event: { attachments: [attachment] } }).mid;
    },

    react(mid: string, emoji = '\u2764'): void {
      const { message, thread } = bubble(mid);
      message.reaction = emoji;
      openWindow(thread);
      personSays({
        thread,
        field: 'message_reactions',
        what: { reaction: { mid, action: 'react', emoji, reaction: 'love' } },
      });
      changed({ personId, pageId: thread.pageId, kind: 'thread', mid });
    },

    /** Gives the token it made; null for a second tap, which Meta does not report. Without a mid: the newest request. */
    tapNotifyMe(mid = newestRequest()): string | null {
      const { message, thread } = bubble(mid);
      const payload = message.content.attachment?.payload;
      if (payload?.template_type !== 'one_time_notif_req')
        throw new Error(`Message ${mid} has no Notify Me button`);
      if (message.granted !== null) return null;
      const token = conversation.grantToken({ thread, payload: payload.payload ?? '' });
      message.granted = token;
      if (faultOptions().notifyMeOpensWindow) openWindow(thread);
      personSays({
        thread,
        field: 'messaging_optins',
        what: {
          optin: { type: 'one_time_notif_req', payload: payload.payload, one_time_notif_token: token },
        },
      });
      changed({ personId, pageId: thread.pageId, kind: 'thread', mid });
      return token;
    },

    tapButton(mid: string, title: string): TapOutcome {
      const { message, thread } = bubble(mid);
      const reply = message.content.quick_replies?.find((one) => one.title === title);
      if (reply) {
        const answer = { text: title, quick_reply: { payload: reply.payload ?? '' } };
        personWrites({ thread, content: answer, event: answer });
        return { outcome: 'quick_reply' };
      }
      const button = buttonsOf(message).find((one) => one.title === title);
      if (!button) return { outcome: 'nothing' };
      message.tapped.push(title);
      if (button.type === 'web_url') return { outcome: 'web_url', url: button.url ?? '' };
      postback({ thread, title, payload: button.payload ?? '' });
      return { outcome: 'postback' };
    },

    /** Looks at the conversation: what was sent so far counts as read. */
    read(pageId?: string): void {
      const { thread } = here(pageId);
      const watermark = now().getTime();
      const newest = world.messages.get(thread.messages.at(-1) ?? '');
      if (!newest || newest.from === 'person' || newest.at <= thread.readUpTo) return;
      thread.readUpTo = watermark;
      personSays({ thread, field: 'message_reads', what: { read: { watermark } } });
    },

    block(pageId?: string): void {
      here(pageId).thread.blocked = true;
    },
    unblock(pageId?: string): void {
      here(pageId).thread.blocked = false;
    },

    /** The bubbles of the conversation, oldest first. */
    messages(pageId?: string): Message[] {
      return here(pageId).thread.messages.map((mid) => world.messages.get(mid)!);
    },
    psid: (pageId?: string): string => here(pageId).thread.psid,
    newestRequest,
  };

  function newestRequest(): string {
    const { thread } = here(undefined);
    const found = thread.messages.findLast(
      (mid) => world.messages.get(mid)!.content.attachment?.payload.template_type === 'one_time_notif_req',
    );
    if (!found) throw new Error(`${personId} was not asked anything`);
    return found;
  }
}

function shortlink(ref: string) {
  return { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' };
}

export function pageNamed({ world, name }: { world: World; name: string }): Page | undefined {
  const byId = world.pages.get(name);
  if (byId) return byId;
  for (const page of world.pages.values()) if (page.username === name) return page;
  return undefined;
}

export function buttonsOf(message: Message): Button[] {
  const payload = message.content.attachment?.payload;
  return [
    ...(payload?.buttons ?? []),
    ...(payload?.elements ?? []).flatMap((element) => element.buttons ?? []),
  ];
}
