// The messages that we send inside an open window, as the exact JSON of Meta's Send API.
import { LIMIT, shorten, shortenTogether } from '../i18n/text-limits.ts';
import { oneTimeNotification } from './permissions/one-time-notification.ts';
import { addressedByPsid } from './permissions/open-window.ts';

type Button =
  { type: 'web_url'; title: string; url: string } | { type: 'postback'; title: string; payload: string };
export type QuickReply = { title: string; payload: string };
type Card = {
  title: string;
  subtitle?: string | undefined;
  imageUrl?: string | null;
  url?: string | null;
  buttons?: Button[];
};

/** What is said, before it is known to whom and under which mark. */
export type ReplyContent =
  | { kind: 'text'; text: string; quickReplies?: QuickReply[] }
  | { kind: 'buttons'; text: string; buttons: Button[]; quickReplies?: QuickReply[] }
  | { kind: 'cards'; cards: Card[]; quickReplies?: QuickReply[] }
  | { kind: 'request'; title: string; payload: string };

/** What stands side by side is cut so that a person can tell one from the other. */
function titled<One extends { title: string }>(all: One[], limit: number): One[] {
  const titles = shortenTogether({ texts: all.map(({ title }) => title), limit });
  return all.map((one, at) => ({ ...one, title: titles[at]! }));
}

const buttonsOf = (buttons: Button[]) => titled(buttons.slice(0, 3), LIMIT.button);

const unordered = (replies: QuickReply[] = []) =>
  replies.length === 0
    ? {}
    : {
        quick_replies: titled(replies.slice(0, LIMIT.quickReplies), LIMIT.quickReply).map((one) => ({
          content_type: 'text',
          ...one,
        })),
      };

const template = (payload: object) => ({ attachment: { type: 'template', payload } });

function content(replyContent: ReplyContent): object {
  switch (replyContent.kind) {
    case 'text':
      return {
        text: shorten({ text: replyContent.text, limit: LIMIT.text }),
        ...unordered(replyContent.quickReplies),
      };
    case 'buttons':
      return {
        ...template({
          template_type: 'button',
          text: shorten({ text: replyContent.text, limit: LIMIT.buttonText }),
          buttons: buttonsOf(replyContent.buttons),
        }),
        ...unordered(replyContent.quickReplies),
      };
    case 'cards':
      return {
        ...template({
          template_type: 'generic',
          elements: titled(replyContent.cards.slice(0, LIMIT.elements), LIMIT.elementTitle).map(element),
        }),
        ...unordered(replyContent.quickReplies),
      };
    case 'request':
      return oneTimeNotification.ask!({
        title: shorten({ text: replyContent.title, limit: LIMIT.requestTitle }),
        payload: replyContent.payload,
      });
  }
}

const element = ({ title, subtitle, imageUrl, url, buttons }: Card) => ({
  title,
  ...(subtitle === undefined ? {} : { subtitle: shorten({ text: subtitle, limit: LIMIT.elementSubtitle }) }),
  ...(imageUrl ? { image_url: imageUrl } : {}),
  ...(url ? { default_action: { type: 'web_url', url } } : {}),
  ...(buttons === undefined || buttons.length === 0 ? {} : { buttons: buttonsOf(buttons) }),
});

/** The exact body of one message to one person. `mark` comes back in Meta's echo and says which of ours it was. */
export const messageBody = ({
  psid,
  replyContent,
  mark,
}: {
  psid: string;
  replyContent: ReplyContent;
  mark: string;
}): string =>
  JSON.stringify({
    recipient: addressedByPsid(psid),
    messaging_type: 'RESPONSE',
    message: { ...content(replyContent), metadata: mark },
  });

const isPostback = (one: Button) => one.type === 'postback';
const addressesOf = (buttons: Button[] = []) =>
  buttons.flatMap((one) => (one.type === 'web_url' ? [one.url] : []));

/**
 * The same said without the part that Meta is likeliest to have refused, the dearest part last: pictures, then links, then the form itself.
 * null: nothing simpler says it; an opt-in request has one form only.
 */
export function simpler(replyContent: ReplyContent): ReplyContent | null {
  switch (replyContent.kind) {
    case 'request':
      return null;
    case 'text':
      return replyContent.quickReplies?.length ? { kind: 'text', text: replyContent.text } : null;
    case 'cards':
      return simplerCards(replyContent);
    case 'buttons': {
      const { text, buttons, quickReplies = [] } = replyContent;
      const links = addressesOf(buttons);
      const replies = buttons.flatMap((one) => (one.type === 'postback' ? [plainReply(one)] : []));
      // A link that may not be a button can still be read.
      return { kind: 'text', text: [text, ...links].join('\n'), quickReplies: [...replies, ...quickReplies] };
    }
  }
}

const plainReply = ({ title, payload }: QuickReply): QuickReply => ({ title, payload });

function simplerCards(replyContent: Extract<ReplyContent, { kind: 'cards' }>): ReplyContent {
  const { cards, quickReplies = [] } = replyContent;
  if (cards.some(({ imageUrl }) => imageUrl))
    return { ...replyContent, cards: cards.map(({ imageUrl: _refused, ...card }) => card) };
  if (cards.some(({ url, buttons }) => url || addressesOf(buttons).length > 0))
    return {
      ...replyContent,
      cards: cards.map(({ url: _refused, buttons, ...card }) => ({
        ...card,
        ...(buttons === undefined ? {} : { buttons: buttons.filter(isPostback) }),
      })),
    };
  const replies = cards.flatMap(({ title, buttons = [] }) =>
    buttons.flatMap((one) =>
      // One card's buttons are told apart by what they do, several cards' by what they are about.
      one.type === 'postback' ? [{ title: cards.length > 1 ? title : one.title, payload: one.payload }] : [],
    ),
  );
  const lines = cards.map(({ title, subtitle }) => [title, subtitle].filter(Boolean).join(' – '));
  return { kind: 'text', text: lines.join('\n'), quickReplies: [...replies, ...quickReplies] };
}
