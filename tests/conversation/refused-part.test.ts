// One part that Meta refuses does not cost the message: it is said again without that part, and nothing else of it is lost.
import { beforeAll, expect, test } from 'vitest';
import type { MessageContent } from '../../simulators/messenger/message-shape.ts';
import { enter, openPlace, pass, type Chat } from '../messenger/chat.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

const PICTURE = 'https://cdn.shopify.com/s/files/parka.png';
let place: Awaited<ReturnType<typeof openPlace>>;
let pictured: bigint;
beforeAll(async () => {
  place = await openPlace();
  const [shop] = place.made;
  const chat = enter(place);
  pictured = chat.shopify.store.createProduct({
    ...{ shop: shop!.domain, title: 'Parka', imageUrl: PICTURE, variants: [{}] },
  }).variantIds[0]!;
  for (const title of ['Parka for rain', 'Parka for snow'])
    chat.shopify.store.createProduct({ shop: shop!.domain, title, imageUrl: PICTURE, variants: [{}] });
});

const elements = ({ attachment }: MessageContent) => attachment?.payload.elements ?? [];
const hasPicture = (content: MessageContent) => elements(content).some((one) => one.image_url);
const hasLink = (content: MessageContent) =>
  elements(content).some((one) => one.default_action) ||
  [...(attachmentButtons(content) ?? []), ...elements(content).flatMap((one) => one.buttons ?? [])].some(
    ({ type }) => type === 'web_url',
  );
const attachmentButtons = ({ attachment }: MessageContent) => attachment?.payload.buttons;
const isTemplate = ({ attachment }: MessageContent) =>
  ['generic', 'button'].includes(attachment?.payload.template_type ?? '');
const fault = (subcode?: number, isTransient?: boolean) => ({
  ...{ code: 100, message: '(#100) no' },
  ...(subcode === undefined ? {} : { subcode }),
  ...(isTransient === undefined ? {} : { isTransient }),
});

type Refusal = { refuses: (content: MessageContent) => boolean; fault: ReturnType<typeof fault> };
const refusals: Record<string, Refusal> = {
  'a picture that takes too long': { refuses: hasPicture, fault: fault(2018294) },
  'a picture that can’t be fetched': { refuses: hasPicture, fault: fault(2018008) },
  'a picture that can’t be fetched just now': { refuses: hasPicture, fault: fault(2018008, true) },
  'a picture that can’t be uploaded': { refuses: hasPicture, fault: fault(2018047) },
  'a picture that is too big': { refuses: hasPicture, fault: fault(2018109) },
  'something about pictures, without a subcode': { refuses: hasPicture, fault: fault() },
  'a link, without a subcode': { refuses: hasLink, fault: fault() },
  'the form of the message': { refuses: isTemplate, fault: fault(1893029) },
};

const ways: Record<string, { does: (chat: Chat) => unknown; says: string[] }> = {
  'the card of what is sold out, and the request': {
    does: (chat) => chat.open(chat.ref({ variantId: pictured })),
    says: ['Parka', 'one_time_notif_req'],
  },
  'several products to choose from': {
    does: async (chat) => {
      await chat.post({
        what: { postback: { title: 'x', payload: 'start1', mid: `gs_${chat.personId}` } },
      });
      await chat.untilIdle();
      chat.phone.write('parka', chat.metaPageId);
    },
    says: [fixedPart('arrive.noRef'), ourText('find.which'), 'Parka for snow'],
  },
  'what is for sale, with its link': {
    does: (chat) => chat.open(chat.ref({ variantId: chat.forSale })),
    says: ['/products/linen-shirt'],
  },
};

for (const [what, refusal] of Object.entries(refusals))
  test(`Meta refuses ${what}: each message is said all the same, once, and each button still leads on`, async () => {
    const scenes = Object.entries(ways).map(([way, row]) => ({ way, ...row, chat: enter(place) }));
    const { faultOptions } = scenes[0]!.chat.messenger;
    faultOptions.partFault = (content) => (refusal.refuses(content) ? refusal.fault : null);
    for (const { does, chat } of scenes) await does(chat);
    await scenes[0]!.chat.untilIdle();
    scenes[0]!.chat.messenger.resetFaultOptions();
    for (const { way, says, chat } of scenes) {
      const said = chat.said().map(({ content }) => content);
      expect(said, way).toHaveLength(says.length);
      says.forEach((text, at) => expect(JSON.stringify(said[at]), way).toContain(text));
      for (const content of said) expect(refusal.refuses(content), way).toBe(false);
    }
    const picks = JSON.stringify(scenes[1]!.chat.said().at(-1)!.content).match(/pick1_\d+_\d+/g);
    expect(picks).toHaveLength(3);
    expect(await scenes[0]!.chat.unfinished()).toBe(0);
    pass(1);
  });

test('what no form of ours is taken in is given up, the refusal stays the last word, and the next message is said', async () => {
  const chat = enter(place);
  let calls = 0;
  chat.messenger.faultOptions.partFault = (content) => {
    if (content.attachment?.payload.template_type === 'one_time_notif_req') return null;
    calls += 1;
    return fault();
  };
  chat.open(chat.ref({ variantId: pictured }));
  await chat.untilIdle();
  chat.messenger.resetFaultOptions();
  expect(calls).toBeLessThanOrEqual(4);
  expect(chat.said().map(({ content }) => content.attachment?.payload.template_type)).toEqual([
    'one_time_notif_req',
  ]);
});

test('Shopify is asked for pictures of a size and format that Meta takes', async () => {
  const chat = enter(place);
  chat.open(chat.ref({ variantId: pictured }));
  await chat.untilIdle();
  const [card] = chat.said();
  const url = new URL(elements(card!.content)[0]!.image_url!);
  expect(Object.fromEntries(url.searchParams)).toEqual({ width: '1200', height: '1200', format: 'jpg' });
});
