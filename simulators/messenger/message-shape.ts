// Checks what the Send API is given against Meta's printed shapes and limits, before anybody looks at the recipient.
import { faults, type GraphFault } from './graph-answer.ts';

export type Button = { type: string; title: string; url?: string; payload?: string };
export type Element = {
  title: string;
  subtitle?: string;
  image_url?: string;
  default_action?: { type: string; url: string };
  buttons?: Button[];
};
export type TemplatePayload = {
  template_type?: string;
  title?: string;
  text?: string;
  payload?: string;
  url?: string;
  sticker_id?: number;
  elements?: Element[];
  buttons?: Button[];
};
export type MessageContent = {
  text?: string;
  metadata?: string;
  attachment?: { type: string; payload: TemplatePayload };
  quick_replies?: { content_type: string; title?: string; payload?: string }[];
  quick_reply?: { payload: string };
};
export type SendBody = {
  recipient: { id?: string; one_time_notif_token?: string };
  messaging_type?: string;
  tag?: string;
  sender_action?: string;
  message?: MessageContent;
};

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const wrong = (detail: string): GraphFault => faults.parameter(detail);

const deadTags = ['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE'];
const livingTags = ['HUMAN_AGENT', 'CUSTOMER_FEEDBACK', 'NON_PROMOTIONAL_SUBSCRIPTION'];
const senderActions = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'];

/** Null when Meta would take the body as it is. */
export function shapeFault(body: unknown): GraphFault | null {
  if (!isObject(body)) return wrong('Invalid JSON body');
  const recipient = body['recipient'];
  if (!isObject(recipient)) return wrong('The parameter recipient is required');
  const ways = Object.keys(recipient);
  if (ways.length !== 1) return wrong('Param recipient must have exactly one of its fields');
  const way = ways[0]!;
  if (way !== 'id' && way !== 'one_time_notif_token')
    return wrong(`Param recipient[${way}] is not supported here`);
  if (typeof recipient[way] !== 'string' || recipient[way] === '')
    return wrong(`Param recipient[${way}] must be a string`);
  const tag = tagFault(body);
  if (tag) return tag;
  if (body['sender_action'] !== undefined) {
    if (body['message'] !== undefined) return wrong('Param sender_action must be sent alone');
    if (!senderActions.includes(String(body['sender_action'])))
      return wrong('Param sender_action is invalid');
    return way === 'id' ? null : wrong('A sender action needs recipient[id]');
  }
  return isObject(body['message'])
    ? messageFault(body['message'])
    : wrong('The parameter message is required');
}

function tagFault(body: Loose): GraphFault | null {
  const kind = body['messaging_type'];
  const tag = body['tag'];
  if (kind !== undefined && !['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY'].includes(String(kind)))
    return wrong('Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}');
  if (kind === 'UTILITY') return wrong('No approved template of this name');
  if (kind === 'MESSAGE_TAG' && tag === undefined)
    return wrong('The parameter tag is required with MESSAGE_TAG');
  if (tag === undefined) return null;
  if (deadTags.includes(String(tag))) return wrong(`Message tag ${String(tag)} is no longer supported`);
  return livingTags.includes(String(tag)) ? null : wrong('Param tag is invalid');
}

function messageFault(message: Loose): GraphFault | null {
  const { text, attachment, metadata, quick_replies: replies } = message;
  if ((text === undefined) === (attachment === undefined))
    return wrong('Param message must have either text or attachment');
  if (text !== undefined) {
    const fault = lengthFault({ value: text, name: 'message[text]', below: 2000 });
    if (fault) return fault;
  }
  if (metadata !== undefined) {
    const fault = lengthFault({ value: metadata, name: 'message[metadata]', below: 1000 });
    if (fault) return fault;
  }
  if (replies !== undefined) {
    const fault = repliesFault(replies);
    if (fault) return fault;
  }
  return attachment === undefined ? null : attachmentFault(attachment);
}

function lengthFault({
  value,
  name,
  below,
}: {
  value: unknown;
  name: string;
  below: number;
}): GraphFault | null {
  if (typeof value !== 'string' || value === '')
    return wrong(`Param ${name} must be a non-empty UTF-8 encoded string`);
  return value.length < below ? null : wrong(`Length of param ${name} must be less than ${below}`);
}

function atMost({ value, name, limit }: { value: unknown; name: string; limit: number }): GraphFault | null {
  return lengthFault({ value, name, below: limit + 1 });
}

function repliesFault(replies: unknown): GraphFault | null {
  if (!Array.isArray(replies) || replies.length > 13)
    return wrong('Param message[quick_replies] takes at most 13 elements');
  for (const reply of replies as unknown[]) {
    if (!isObject(reply)) return wrong('Param message[quick_replies] must hold objects');
    if (reply['content_type'] !== 'text') continue;
    const fault =
      atMost({ value: reply['title'], name: 'quick_replies[title]', limit: 20 }) ??
      atMost({ value: reply['payload'], name: 'quick_replies[payload]', limit: 1000 });
    if (fault) return fault;
  }
  return null;
}

function attachmentFault(attachment: unknown): GraphFault | null {
  if (!isObject(attachment) || !isObject(attachment['payload']))
    return wrong('Param message[attachment] is malformed');
  const payload = attachment['payload'];
  if (attachment['type'] === 'template') return templateFault(payload);
  if (!['image', 'audio', 'video', 'file'].includes(String(attachment['type'])))
    return wrong('Invalid attachment type');
  return isWebAddress(payload['url'])
    ? null
    : wrong('Param message[attachment][payload][url] must be an address');
}

function templateFault(payload: Loose): GraphFault | null {
  switch (payload['template_type']) {
    case 'one_time_notif_req': {
      // "You are only allowed to customize the title and payload of the request."
      const extra = Object.keys(payload).find((key) => !['template_type', 'title', 'payload'].includes(key));
      if (extra) return wrong(`Param ${extra} is not allowed in a one_time_notif_req`);
      return (
        atMost({ value: payload['title'], name: 'payload[title]', limit: 65 }) ??
        atMost({ value: payload['payload'], name: 'payload[payload]', limit: 1000 })
      );
    }
    case 'button':
      return (
        atMost({ value: payload['text'], name: 'payload[text]', limit: 640 }) ??
        (payload['buttons'] === undefined
          ? wrong('Param payload[buttons] is required')
          : buttonsFault(payload['buttons']))
      );
    case 'generic':
      return elementsFault(payload['elements']);
    default:
      return wrong('Invalid template type');
  }
}

function elementsFault(elements: unknown): GraphFault | null {
  if (!Array.isArray(elements) || elements.length < 1 || elements.length > 10)
    return wrong('Param elements takes 1 to 10 elements');
  for (const element of elements as unknown[]) {
    if (!isObject(element)) return wrong('Param elements must hold objects');
    const title = atMost({ value: element['title'], name: 'elements[title]', limit: 80 });
    if (title) return title;
    if (Object.keys(element).length < 2)
      return wrong('An element needs at least one property besides its title');
    if (element['subtitle'] !== undefined) {
      const fault = atMost({ value: element['subtitle'], name: 'elements[subtitle]', limit: 80 });
      if (fault) return fault;
    }
    if (element['image_url'] !== undefined && !isWebAddress(element['image_url']))
      return wrong('Param elements[image_url] must be an address');
    const action = element['default_action'];
    if (
      action !== undefined &&
      (!isObject(action) || action['type'] !== 'web_url' || 'title' in action || !isWebAddress(action['url']))
    )
      return wrong('Param elements[default_action] must be a web_url without a title');
    if (element['buttons'] !== undefined) {
      const fault = buttonsFault(element['buttons']);
      if (fault) return fault;
    }
  }
  return null;
}

function buttonsFault(buttons: unknown): GraphFault | null {
  if (!Array.isArray(buttons) || buttons.length < 1 || buttons.length > 3)
    return wrong('Param buttons takes 1 to 3 buttons');
  for (const button of buttons as unknown[]) {
    if (!isObject(button)) return wrong('Param buttons must hold objects');
    const title = atMost({ value: button['title'], name: 'buttons[title]', limit: 20 });
    if (title) return title;
    if (button['type'] === 'web_url') {
      if (!isWebAddress(button['url'])) return wrong('Param buttons[url] must be an address');
    } else if (button['type'] === 'postback') {
      const fault = atMost({ value: button['payload'], name: 'buttons[payload]', limit: 1000 });
      if (fault) return fault;
    } else return wrong('Invalid button type');
  }
  return null;
}

function isWebAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

/** What a person would read in the bubble, in one line. */
export function textOf(content: MessageContent): string {
  if (content.text !== undefined) return content.text;
  const payload = content.attachment?.payload;
  if (!payload) return '';
  if (payload.elements)
    return payload.elements
      .map((element) => [element.title, element.subtitle].filter(Boolean).join(' – '))
      .join(' | ');
  return payload.text ?? payload.title ?? payload.url ?? '';
}
