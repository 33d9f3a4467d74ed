// What happens in a thread: messages appear, windows open, and the subscribed apps get their events.
import type { FaultOptions } from './fault-options.ts';
import type { MessageContent } from './message-shape.ts';
import type { Mint } from './ids.ts';
import type { Event } from './webhook-sender.ts';
import type { Webhooks } from './webhooks.ts';
import { threadKey, type Message, type Page, type Thread, type World } from './world.ts';

export const pageInboxAppId = '26390203743090';
export const windowMs = 24 * 60 * 60_000;
export const tokenLifeMs = 365 * 24 * 60 * 60_000;

export type Change = { personId: string; pageId: string; kind: 'message' | 'thread'; mid?: string };
export type Conversation = ReturnType<typeof createConversation>;

type Context = {
  world: World;
  faultOptions: () => FaultOptions;
  mint: Mint;
  now: () => Date;
  webhooks: Webhooks;
};

export function createConversation({ world, faultOptions, mint, now, webhooks }: Context) {
  const listeners = new Set<(change: Change) => void>();

  function changed(change: Change): void {
    for (const listener of listeners) listener(change);
  }

  /** The thread between a Page and a person, existing or only looked at. */
  function threadOf({ pageId, personId }: { pageId: string; personId: string }): Thread {
    const key = threadKey({ pageId, personId });
    const known = world.threadOf.get(key);
    if (known) return known;
    const thread: Thread = {
      psid: mint.psid(),
      pageId,
      personId,
      exists: false,
      windowUntil: 0,
      owner: null,
      blocked: false,
      pendingRef: null,
      readUpTo: 0,
      messages: [],
    };
    world.threads.set(thread.psid, thread);
    world.threadOf.set(key, thread);
    return thread;
  }

  function openWindow(thread: Thread): void {
    thread.exists = true;
    thread.windowUntil = now().getTime() + windowMs;
  }

  function tell({
    thread,
    field,
    event,
    at = now().getTime(),
  }: {
    thread: Thread;
    field: string;
    event: Event;
    at?: number;
  }): void {
    webhooks.enqueue({
      pageId: thread.pageId,
      lane: thread.psid,
      field,
      event,
      at,
      owner: thread.owner,
      personId: thread.personId,
    });
  }

  /** An event whose sender is the person. */
  function personSays({ thread, field, what }: { thread: Thread; field: string; what: Event }): void {
    const timestamp = now().getTime();
    tell({
      thread,
      field,
      at: timestamp,
      event: { sender: { id: thread.psid }, recipient: { id: thread.pageId }, timestamp, ...what },
    });
  }

  function personWrites({
    thread,
    content,
    event,
  }: {
    thread: Thread;
    content: MessageContent;
    event: Event;
  }): Message {
    const message = keep({ thread, from: 'person', appId: null, content, paidBy: null });
    openWindow(thread);
    // Meta knows no ref once somebody writes instead of pressing Get Started.
    thread.pendingRef = null;
    personSays({ thread, field: 'messages', what: { message: { mid: message.mid, ...event } } });
    changed({ personId: thread.personId, pageId: thread.pageId, kind: 'thread', mid: message.mid });
    return message;
  }

  /** The title of a tapped button stands in the conversation as the person's own words. */
  function personTaps({ thread, title }: { thread: Thread; title: string }): Message {
    return keep({ thread, from: 'person', appId: null, content: { text: title }, paidBy: null });
  }

  function keep(input: {
    thread: Thread;
    from: Message['from'];
    appId: string | null;
    content: MessageContent;
    paidBy: Message['paidBy'];
  }): Message {
    const message: Message = {
      mid: mint.mid(),
      psid: input.thread.psid,
      from: input.from,
      appId: input.appId,
      at: now().getTime(),
      content: input.content,
      paidBy: input.paidBy,
      granted: null,
      tapped: [],
      reaction: null,
    };
    if (faultOptions().keepMessages) {
      world.messages.set(message.mid, message);
      input.thread.messages.push(message.mid);
    }
    return message;
  }

  /** The Page speaks, through an app or by hand: the person sees it, every listening app hears the echo. */
  function pageSpeaks(input: {
    thread: Thread;
    appId: string;
    content: MessageContent;
    paidBy: Message['paidBy'];
  }): Message {
    const { thread, appId, content } = input;
    const message = keep({ ...input, from: 'page' });
    if (hears({ pageId: thread.pageId, field: 'message_echoes' })) {
      const { attachment, ...rest } = content;
      tell({
        thread,
        field: 'message_echoes',
        at: message.at,
        event: {
          sender: { id: thread.pageId },
          recipient: { id: thread.psid },
          timestamp: message.at,
          message: {
            is_echo: true,
            app_id: Number.isSafeInteger(Number(appId)) ? Number(appId) : appId,
            mid: message.mid,
            ...rest,
            ...(attachment ? { attachments: [attachment] } : {}),
          },
        },
      });
    }
    if (hears({ pageId: thread.pageId, field: 'message_deliveries' }))
      tell({
        thread,
        field: 'message_deliveries',
        at: message.at,
        event: {
          sender: { id: thread.psid },
          recipient: { id: thread.pageId },
          delivery: { mids: [message.mid], watermark: message.at },
        },
      });
    if (listeners.size > 0)
      changed({ personId: thread.personId, pageId: thread.pageId, kind: 'message', mid: message.mid });
    return message;
  }

  function hears({ pageId, field }: { pageId: string; field: string }): boolean {
    const subscriptions = world.pages.get(pageId)?.subscriptions;
    for (const appId in subscriptions) if (subscriptions[appId]!.includes(field)) return true;
    return false;
  }

  function page(id: string): Page {
    const found = world.pages.get(id);
    if (!found) throw new Error(`The Messenger simulator has no Page ${id}`);
    return found;
  }

  /** Gives a person's permission for one message: what a tap on Notify Me does. */
  function grantToken({ thread, payload }: { thread: Thread; payload: string }): string {
    const token = mint.oneTimeToken();
    world.oneTimeTokens.set(token, {
      token,
      pageId: thread.pageId,
      psid: thread.psid,
      payload,
      createdAt: now().getTime(),
      usedAt: null,
    });
    return token;
  }

  return {
    threadOf,
    openWindow,
    personSays,
    personWrites,
    personTaps,
    pageSpeaks,
    grantToken,
    page,
    tell,
    changed,
    watch(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
