// Shopify's own Liquid filters, as far as the mini themes and the extension use them; any other name is an error.
import { createHmac } from 'node:crypto';
import type { Context, Liquid } from 'liquidjs';

export type Translate = (given: { key: string; locale: string; values: Record<string, unknown> }) => string;

type WithContext = { context: Context };

function parseColor(text: string): [number, number, number] {
  const hex = /^#([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(text)?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
    return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16)) as [number, number, number];
  }
  const parts = /^rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)/.exec(text);
  if (!parts) throw new Error(`not a colour: ${text}`);
  return [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

/** W3C's old brightness formula, which Shopify documents for `color_brightness`. */
function brightness(text: string): number {
  const [red, green, blue] = parseColor(text);
  return (red * 299 + green * 587 + blue * 114) / 1000;
}

function luminance(text: string): number {
  const [red, green, blue] = parseColor(text).map((channel) => {
    const share = channel / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return Math.round(((light + 0.05) / (dark + 0.05)) * 10) / 10;
}

const at = (context: Context, path: string[]) => context.getSync(path) as string;

export function registerShopifyFilters({
  liquid,
  translate,
  assetUrl,
}: {
  liquid: Liquid;
  translate: Translate;
  assetUrl: (name: string) => string;
}): void {
  liquid.registerFilter('t', function (this: WithContext, key: string, ...values: [string, unknown][]) {
    return translate({
      key,
      locale: at(this.context, ['request', 'locale', 'iso_code']),
      values: Object.fromEntries(values),
    });
  });
  liquid.registerFilter('money', function (this: WithContext, cents: number) {
    const currency = at(this.context, ['shop', 'currency']);
    const locale = at(this.context, ['request', 'locale', 'iso_code']);
    return new Intl.NumberFormat(locale === 'en' ? 'en-GB' : locale, { style: 'currency', currency }).format(
      cents / 100,
    );
  });
  liquid.registerFilter('hmac_sha256', (text: string, key: unknown) => {
    // Ruby's OpenSSL would raise as well.
    if (typeof key !== 'string' || key === '') throw new Error('hmac_sha256 needs a key');
    return createHmac('sha256', key).update(String(text)).digest('hex');
  });
  liquid.registerFilter('json', (value: unknown) => JSON.stringify(value ?? null).replaceAll('<', '\\u003c'));
  liquid.registerFilter('asset_url', assetUrl);
  liquid.registerFilter(
    'stylesheet_tag',
    (url: string) => `<link href="${url}" rel="stylesheet" type="text/css" media="all">`,
  );
  liquid.registerFilter('image_url', (url: string | null, ...sizes: [string, number][]) => {
    if (sizes.length === 0) throw new Error('image_url needs a width or a height');
    return url;
  });
  liquid.registerFilter('color_brightness', (color: string) => brightness(String(color)));
  liquid.registerFilter('color_contrast', (one: string, other: string) =>
    contrast(String(one), String(other)),
  );
  liquid.registerFilter('handleize', (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, ''),
  );
}
