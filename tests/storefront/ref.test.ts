// The link says which shop, variant, language and country, provably, in Meta's characters, and nothing about the person.
import { expect, test } from 'vitest';
import { readRef, refHolds } from '../../app/messenger/payloads.ts';
import { html, linkOf, openShopfront, PAGE_ID, REF_KEY, refOf } from './shopfront.ts';

const hrefIn = (text: string) => /href="(https:\/\/m\.me[^"]*)"/.exec(text)?.[1];

test('the ref names shop, variant, language and country, and carries the check value over all of them', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0 } });
  const expected = `https://m.me/${PAGE_ID}?ref=${refOf({ front, variant: shirt.variant('S') })}`;
  expect(hrefIn(await html({ front, path: shirt.path }))).toBe(expected);
  expect(refOf({ front, variant: shirt.variant('S') })).toMatch(/^v1_\d+_\d+_en_GB_[0-9a-f]{16}$/);
});

test('language and country of the visit are told as the shop has them, by path or by market', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0 } });
  const variant = shirt.variant('S');
  for (const [path, locale, country] of [
    [`/pt-BR${shirt.path}?country=BR`, 'pt-BR', 'BR'],
    [`/ja${shirt.path}?country=jp`, 'ja', 'JP'],
    [`${shirt.path}?locale=de&country=AT`, 'de', 'AT'],
  ] as const) {
    expect(hrefIn(await html({ front, path }))).toBe(linkOf({ front, variant, locale, country }));
  }
});

test("every ref stays within Meta's characters and length", async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0, M: 0 } });
  const ref = new URL(hrefIn(await html({ front, path: `/pt-BR${shirt.path}` })) ?? '').searchParams.get(
    'ref',
  );
  expect(ref).toMatch(/^[A-Za-z0-9_=-]{1,2083}$/);
});

test('two visitors get the same page: it says nothing about either', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0, M: 1 } });
  const of = (cookie: string) =>
    front.storefront
      .handle(
        new Request(`https://linen.myshopify.com${shirt.path}`, {
          headers: { cookie, 'user-agent': cookie },
        }),
      )
      .then((response) => response.text());
  expect(await of('one')).toBe(await of('two'));
});

test('the key itself never reaches the page', async () => {
  const front = openShopfront({ appData: { ref_key: 'a-key-that-must-stay-inside' } });
  const shirt = front.addProduct({ units: { S: 0, M: 1 } });
  expect(await html({ front, path: shirt.path })).not.toContain('a-key-that-must-stay-inside');
});

test('the app reads from a link that Liquid drew what it says, and sees whether it is whole', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0 } });
  const ref = new URL(
    hrefIn(await html({ front, path: `/pt-BR${shirt.path}?country=BR` }))!,
  ).searchParams.get('ref')!;
  const read = readRef(ref)!;
  expect(read).toMatchObject({
    kind: 'variant',
    shopId: front.shop.id,
    variantId: BigInt(shirt.variant('S')),
    locale: 'pt-BR',
    country: 'BR',
  });
  expect(refHolds({ ref: read, refKey: REF_KEY })).toBe(true);
  expect(refHolds({ ref: readRef(ref.replace('pt-BR', 'pt-PT'))!, refKey: REF_KEY })).toBe(false);
});
