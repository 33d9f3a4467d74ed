// The messages that we send inside an open window, as the exact JSON of Meta's Send API.
import { LIMIT, shorten } from './limits.ts';
import { oneTimeToken } from './permission/one-time-token.ts';
import { paidByWindow } from './permission/open-window.ts';

export type Button =
  { type: 'web_url'; title: string; url: string } | { type: 'postback'; title: string; payload: string };
export type QuickReply = { title: string; payload: string };
export type Card = {
  title: string;
  subtitle?: string | undefined;
  imageUrl?: string | null;
  url?: string | null;
  buttons?: Button[];
};

/** What is said, before it is known to whom and under which mark. */
export type Saying =
  | { kind: 'text'; text: string; quickReplies?: QuickReply[] }
  | { kind: 'buttons'; text: string; buttons: Button[]; quickReplies?: QuickReply[] }
  | { kind: 'cards'; cards: Card[]; quickReplies?: QuickReply[] }
  | { kind: 'request'; title: string; payload: string };

const button = (one: Button) => ({ ...one, title: shorten({ text: one.title, limit: LIMIT.button }) });

const quick = (replies: QuickReply[] | undefined) =>
  replies === undefined || replies.length === 0
    ? {}
    : {
        quick_replies: replies.slice(0, LIMIT.quickReplies).map(({ title, payload }) => ({
          content_type: 'text',
          title: shorten({ text: title, limit: LIMIT.quickReply }),
          payload,
        })),
      };

const template = (payload: object) => ({ attachment: { type: 'template', payload } });

function content(saying: Saying): object {
  switch (saying.kind) {
    case 'text':
      return {
        text: shorten({ text: saying.text, limit: LIMIT.text }),
        ...quick(saying.quickReplies),
      };
    case 'buttons':
      return {
        ...template({
          template_type: 'button',
          text: shorten({ text: saying.text, limit: LIMIT.buttonText }),
          buttons: saying.buttons.slice(0, 3).map(button),
        }),
        ...quick(saying.quickReplies),
      };
    case 'cards':
      return {
        ...template({
          template_type: 'generic',
          elements: saying.cards.slice(0, LIMIT.elements).map(element),
        }),
        ...quick(saying.quickReplies),
      };
    case 'request':
      return oneTimeToken.ask!({
        title: shorten({ text: saying.title, limit: LIMIT.requestTitle }),
        payload: saying.payload,
      });
  }
}

const element = ({ title, subtitle, imageUrl, url, buttons }: Card) => ({
  title: shorten({ text: title, limit: LIMIT.elementTitle }),
  ...(subtitle === undefined ? {} : { subtitle: shorten({ text: subtitle, limit: LIMIT.elementSubtitle }) }),
  ...(imageUrl ? { image_url: imageUrl } : {}),
  ...(url ? { default_action: { type: 'web_url', url } } : {}),
  ...(buttons === undefined || buttons.length === 0 ? {} : { buttons: buttons.slice(0, 3).map(button) }),
});

/** The exact body of one message to one person. `mark` comes back in Meta's echo and says which of ours it was. */
export const messageBody = ({ psid, saying, mark }: { psid: string; saying: Saying; mark: string }): string =>
  JSON.stringify({
    recipient: paidByWindow(psid),
    messaging_type: 'RESPONSE',
    message: { ...content(saying), metadata: mark },
  });
