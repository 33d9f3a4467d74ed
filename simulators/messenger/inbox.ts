// The other voices of a Page: the merchant's people in the Page's inbox, another app, and Meta's own enforcement.
import { pageInboxAppId, type Conversation } from './conversation.ts';
import type { Webhooks } from './webhooks.ts';
import type { Message } from './world.ts';

export type Inbox = ReturnType<typeof createInbox>;

export function createInbox({
  conversation,
  webhooks,
  now,
  pageId,
}: {
  conversation: Conversation;
  webhooks: Webhooks;
  now: () => Date;
  pageId: string;
}) {
  const thread = (personId: string) => conversation.threadOf({ pageId, personId });
  const appIdOf = (owner: string | null) => (owner === 'people' ? pageInboxAppId : owner);

  function handOver(given: {
    personId: string;
    verb: 'take_thread_control' | 'pass_thread_control';
    owner: string;
  }): void {
    const before = thread(given.personId);
    conversation.personSays({
      thread: before,
      field: 'messaging_handovers',
      what: {
        [given.verb]: {
          previous_owner_app_id: appIdOf(before.owner),
          new_owner_app_id: appIdOf(given.owner),
          metadata: '',
        },
      },
    });
  }

  return {
    /** Somebody of the merchant's answers by hand. */
    humanReply({ personId, text }: { personId: string; text: string }): Message {
      return conversation.pageSpeaks({
        thread: thread(personId),
        appId: pageInboxAppId,
        content: { text },
        paidBy: 'window',
      });
    },
    otherAppReply({
      personId,
      text,
      appId,
      metadata,
    }: {
      personId: string;
      text: string;
      appId: string;
      metadata?: string;
    }): Message {
      const content = metadata === undefined ? { text } : { text, metadata };
      return conversation.pageSpeaks({ thread: thread(personId), appId, content, paidBy: 'window' });
    },
    /** From here on every app but this one only listens in. "people" is the Page's inbox; null gives the thread back to all. */
    takeThread({ personId, owner }: { personId: string; owner: string | null }): void {
      if (owner !== null) handOver({ personId, verb: 'take_thread_control', owner });
      thread(personId).owner = owner;
    },
    /** Whoever has the thread gives it to this app. */
    passThread({ personId, owner }: { personId: string; owner: string }): void {
      handOver({ personId, verb: 'pass_thread_control', owner });
      thread(personId).owner = owner;
    },
    enforcePolicy({ action, reason }: { action: 'warning' | 'block' | 'unblock'; reason: string }): void {
      const page = conversation.page(pageId);
      if (action !== 'warning') page.restricted = action === 'block';
      const timestamp = now().getTime();
      webhooks.enqueue({
        pageId,
        lane: pageId,
        field: 'messaging_policy_enforcement',
        at: timestamp,
        owner: null,
        event: { recipient: { id: pageId }, timestamp, policy_enforcement: { action, reason } },
      });
    },
  };
}
