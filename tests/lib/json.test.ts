// The one parser of foreign bodies: an id beyond 2^53 arrives digit for digit, whatever stands around it.
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { idNumber, idText, parseJson } from '../../app/lib/json.ts';

test('an integer of any size keeps its digits, wherever it stands', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (id) => {
      const body = parseJson(`{"id":${id},"list":[[${id}],{"deep":{"id":${id}}}]}`) as {
        id: unknown;
        list: [[unknown], { deep: { id: unknown } }];
      };
      for (const found of [body.id, body.list[0][0], body.list[1].deep.id])
        expect(String(found)).toBe(String(id));
    }),
  );
});

test('what is no huge integer is parsed as ever', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const hugeNumber = /\d{16}/.test(text);
      if (!hugeNumber) expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
  expect(parseJson('[1.5, 1e3, -0.1, 12345678901234567890.5, "12345678901234567890"]')).toEqual([
    1.5,
    1000,
    -0.1,
    12345678901234567890.5,
    '12345678901234567890',
  ]);
});

test('digits in a text are text, and call for no reviver', () => {
  // Whoever may write a text could make every member cost several times what it costs otherwise.
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());
  const revivers = (text: string) => {
    parse.mockClear();
    parseJson(text);
    return parse.mock.calls.filter(([, reviver]) => reviver !== undefined).length;
  };
  const digits = '1234567890123456789';
  const texts = [
    `{"sku":"${digits}"}`,
    `{"${digits}":0}`,
    `["\\" ${digits} \\\\","\\\\",${digits.slice(0, 15)}]`,
    `["\\u0022${digits}", 123456789012345.1234567890]`,
  ];
  for (const text of texts) {
    expect([text, revivers(text)]).toEqual([text, 0]);
    expect(parseJson(text)).toEqual(JSON.parse(text));
  }
  for (const text of [`[${digits}]`, `["\\\\",-${digits}]`, `{"a":"\\"","b":${digits}}`])
    expect([text, revivers(text)]).toEqual([text, 1]);
});

test('a name that is dear to JavaScript is a name like any other', () => {
  const body = parseJson('{"__proto__":{"polluted":true},"constructor":1}') as object;
  expect(Object.keys(body)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('what is no JSON is refused', () => {
  for (const text of ['', '{', 'undefined', '01', '{"a":1,}', "{'a':1}"])
    expect(() => parseJson(text)).toThrow(SyntaxError);
});

test('an id is text, whether it was written as text, number or huge number', () => {
  expect([idText('42'), idText(42), idText(271878346596884015n), idText('page_x')]).toEqual([
    '42',
    '42',
    '271878346596884015',
    'page_x',
  ]);
  for (const none of [undefined, null, '', 1.5, Number.NaN, 2 ** 60, {}, [], true, 'a\0b'])
    expect(idText(none)).toBeUndefined();
});

test('an id of Shopify’s is a number that fits its column, bare or as the end of a GID', () => {
  expect(idNumber('gid://shopify/ProductVariant/44')).toBe(44n);
  expect(idNumber('gid://shopify/InventoryLevel/110012006577?inventory_item_id=48513488879793')).toBe(
    110012006577n,
  );
  expect(idNumber(271878346596884015n)).toBe(271878346596884015n);
  expect(idNumber('9223372036854775807')).toBe(9223372036854775807n);
  for (const none of ['9223372036854775808', '-1', '1.0', 'x1', '1x', 'gid://shopify/Product/', ' 1', null])
    expect(idNumber(none)).toBeUndefined();
});
