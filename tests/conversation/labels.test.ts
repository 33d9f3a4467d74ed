// What a person chooses between can be told apart, and each choice leads to what its label says.
import { beforeAll, expect, test } from 'vitest';
import { enter, openPlace, pass, type Chat } from '../messenger/chat.ts';

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});

type Choice = { label: string; payload: string };
/** Everything that can be chosen in what we said after `before` messages: quick replies, and cards with one button each. */
const choicesIn = (chat: Chat, before: number): Choice[] =>
  chat
    .said()
    .slice(before)
    .flatMap(({ content }) => [
      ...(content.quick_replies ?? []).map(({ title, payload }) => ({ label: title!, payload: payload! })),
      ...(content.attachment?.payload.elements ?? []).flatMap(({ title, buttons = [] }) =>
        buttons.map(({ payload }) => ({ label: title, payload: payload! })),
      ),
    ]);

/** Makes a product, asks for it by its link, and gives what can be chosen. */
async function askedFor({
  title,
  options,
}: {
  title: string;
  options: string[][];
}): Promise<{ chat: Chat; choices: Choice[]; variantIds: bigint[]; said: string }> {
  const chat = enter(place);
  const values = options[0]!.map((_, at) => [...new Set(options.map((one) => one[at]!))]);
  const product = chat.shopify.store.createProduct({
    shop: chat.domain,
    title,
    options: values.map((each, at) => ({ name: `Option ${at + 1}`, values: each })),
    variants: options.map((one) => ({ options: one })),
  });
  await chat.post({ what: { postback: { title: 'Get Started', payload: 'start1', mid: `m_${title}` } } });
  await chat.untilIdle();
  const before = chat.said().length;
  chat.phone.write(`https://${chat.domain}/products/${product.handle}`, chat.metaPageId);
  await chat.untilIdle();
  const said = JSON.stringify(
    chat
      .said()
      .slice(before)
      .map(({ content }) => content),
  );
  return { chat, choices: choicesIn(chat, before), variantIds: product.variantIds, said };
}

const SIZES = ['Extra Small', 'Extra Large', 'Extra Extra Large'];
const long = 'Midnight Blue with a very long description of the shade that the weaver gave it, batch';
const products: Record<string, { options: string[][]; labels?: string[]; named?: string }> = {
  'one colour, sizes that only differ at their end': {
    options: SIZES.map((size) => ['Midnight Blue', size]),
    labels: SIZES,
    named: 'Midnight Blue',
  },
  'sizes first': {
    options: SIZES.map((size) => [size, 'Midnight Blue']),
    labels: SIZES,
    named: 'Midnight Blue',
  },
  'two colours': {
    options: ['Midnight Blue', 'Midnight Black'].flatMap((colour) => SIZES.map((size) => [colour, size])),
    labels: ['Midnight Blue', 'Midnight Black'].flatMap((colour) =>
      SIZES.map((size) => `${colour} / ${size}`),
    ),
  },
  'one option, long values': {
    options: ['Organic cotton, unbleached', 'Organic cotton, undyed', 'Organic cotton, indigo'].map((one) => [
      one,
    ]),
    labels: ['Organic cotton, unbleached', 'Organic cotton, undyed', 'Organic cotton, indigo'],
  },
  'more than fit on the cards of one message': {
    options: Array.from({ length: 13 }, (_, at) => [`Embroidered by hand, motif ${at + 1}`]),
    labels: Array.from({ length: 13 }, (_, at) => `Embroidered by hand, motif ${at + 1}`),
  },
  'longer than even a card shows, alike at both ends': {
    options: ['one', 'two', 'three'].map((part) => [
      `${long} ${part} ${'of the same long series '.repeat(4)}`,
    ]),
  },
  'three options, of which two are shared': {
    options: ['Regular length', 'Extra long length', 'Petite'].map((fit) => ['Navy', fit, 'Recycled wool']),
    labels: ['Regular length', 'Extra long length', 'Petite'],
    named: 'Navy / Recycled wool',
  },
  'another script': {
    options: ['ミッドナイトブルー・エキストラスモール', 'ミッドナイトブルー・エキストララージサイズ'].map(
      (one) => [one],
    ),
    labels: ['ミッドナイトブルー・エキストラスモール', 'ミッドナイトブルー・エキストララージサイズ'],
  },
};

for (const [what, { options, labels, named }] of Object.entries(products))
  test(`${what}: no two labels look alike, and each leads to its own variant`, async () => {
    const { choices, variantIds, said, chat } = await askedFor({
      title: `Parka ${Object.keys(products).indexOf(what)}`,
      options,
    });
    expect(new Set(choices.map(({ label }) => label)).size).toBe(options.length);
    expect(choices.map(({ payload }) => payload)).toEqual(
      variantIds.map((id) => `want1_${chat.shopId}_${id}`),
    );
    if (labels) expect(choices.map(({ label }) => label)).toEqual(labels);
    if (named) expect(said).toContain(named);
    expect(chat.messenger.refusals().filter(({ pageId }) => pageId === chat.metaPageId)).toEqual([]);
  });

test('what is written instead of tapped is understood: a label, the whole title, or one option of several', async () => {
  const written: [string, string | number][] = [
    ['large', 'Large'],
    ['Blue / Extra Large', 'Extra Large'],
    // Three sizes of that colour are left: they are asked for.
    ['blue', 3],
  ];
  for (const [at, [text, expected]] of written.entries()) {
    const { chat } = await askedFor({
      title: `Coat ${at}`,
      options: (expected === 3 ? ['Blue', 'Sand'] : ['Blue']).flatMap((colour) =>
        ['Small', 'Large', 'Extra Large'].map((size) => [colour, size]),
      ),
    });
    const before = chat.said().length;
    pass(1);
    chat.phone.write(text, chat.metaPageId);
    await chat.untilIdle();
    if (typeof expected === 'number') expect(choicesIn(chat, before)).toHaveLength(expected);
    else expect(chat.lastReply()).toContain(`${expected} is back in stock`);
  }
});

test('requests and alerts of one product with an endless name still name their size', async () => {
  const chat = enter(place);
  const title =
    'The hand-woven midsummer linen shirt of the old mill by the river, with wooden buttons and a hood';
  const product = chat.shopify.store.createProduct({
    shop: chat.domain,
    title,
    options: [{ name: 'Size', values: SIZES }],
    variants: SIZES.map((size) => ({ options: [size] })),
  });
  for (const variantId of product.variantIds) {
    pass(1);
    await chat.subscribe({ variantId });
  }
  const asked = chat
    .said()
    .flatMap(({ content }) => content.attachment?.payload ?? [])
    .filter(({ template_type }) => template_type === 'one_time_notif_req')
    .map((payload) => payload.title!);
  expect(new Set(asked).size).toBe(SIZES.length);
  SIZES.forEach((size, at) => expect(asked[at]).toContain(`, ${size} is back in stock`));
  chat.phone.write('my alerts', chat.metaPageId);
  const before = chat.said().length;
  await chat.untilIdle();
  const cards = choicesIn(chat, before);
  expect(new Set(cards.map(({ label }) => label)).size).toBe(SIZES.length);
  SIZES.forEach((size, at) => expect(cards[at]!.label).toMatch(new RegExp(`, ${size}$`)));
});
