// The story played by a browser: the shopper's taps and the merchant's clicks, a picture of each step, and Messenger's ledger as the judge.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { SOLD_OUT } from './by-hand.ts';
import { until, type DemoWorld } from './demo-world.ts';
import { SHOP, SHOPPER } from './seed.ts';
import { locationNamed, variantNamed } from './variants.ts';

type Given = { demo: DemoWorld; browser: BrowserContext; pictures: string; print: (line: string) => void };

const ADMIN = `https://admin.shopify.com/store/${SHOP.split('.')[0]}`;

/** Plays from the sold-out size to the landing on it, then tries to make the app tell twice. @throws when the ledger disagrees. */
export async function play({ demo, browser, pictures, print }: Given): Promise<void> {
  const { world } = demo;
  const began = performance.now();
  let step = 0;
  mkdirSync(pictures, { recursive: true });
  const shown = async (page: Page, what: string) => {
    const file = `${String(++step).padStart(2, '0')}-${what
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, '-')
      .replaceAll(/^-|-$/g, '')}.png`;
    await page.screenshot({ path: join(pictures, file) });
    print(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${what}`);
  };
  const tokenLines = () =>
    world.messenger.ledger().filter((line) => line.personId === SHOPPER.id && line.paidBy === 'token');
  const { product, variant } = variantNamed({ world, shop: SHOP, ...SOLD_OUT });

  const shop = await browser.newPage();
  await shop.goto(`https://${SHOP}/products/${product.handle}`);
  await shop.goto(`https://${SHOP}/products/${product.handle}?variant=${variant.id}`);
  const button = shop.getByRole('link', { name: /Notify me on Messenger/ });
  await button.waitFor();
  await shown(shop, 'The variant is sold out; the shop offers an alert on Messenger');

  const popup = browser.waitForEvent('page');
  await button.click();
  const phone = await popup;
  await phone.setViewportSize({ width: 390, height: 780 });
  await phone.getByRole('button', { name: 'Get Started' }).click();
  const notifyMe = phone.getByRole('button', { name: 'Notify Me' });
  await notifyMe.waitFor();
  await shown(phone, 'Messenger shows the opt-in request');
  await notifyMe.click();
  await until('the confirmation', () => world.messenger.phone(SHOPPER.id).messages().length >= 3);
  await demo.quiet();
  await shown(phone, 'She opted in and is on the waitlist');

  const admin = await browser.newPage();
  await admin.goto(`${ADMIN}/apps/${demo.keys.apiKey}/app/waitlist`);
  await admin.frameLocator('iframe').getByText(product.title).filter({ visible: true }).first().waitFor();
  await shown(admin, 'The merchant sees the waitlist');

  await admin.goto(`${ADMIN}/apps/${demo.keys.apiKey}`);
  const home = admin.frameLocator('iframe');
  await home.getByRole('button', { name: 'Turn on sales attribution' }).click();
  await admin.getByRole('button', { name: 'Allow' }).click();
  await home.getByRole('button', { name: 'Turn off sales attribution' }).waitFor();
  await shown(admin, 'The merchant turns on sales attribution');
  if (tokenLines().length !== 0) throw new Error('She was notified before the restock.');

  await admin.goto(`${ADMIN}/products`);
  const label = `${product.title} ${variant.title} at Warehouse`;
  await admin.getByLabel(label, { exact: true }).first().fill('5');
  const restockedAt = Date.now();
  await admin.getByRole('button', { name: `Set ${label}` }).click();
  await shown(admin, 'The merchant sets the stock to 5');

  const buy = phone.getByRole('link', { name: /^Buy/ });
  await buy.waitFor({ timeout: 60_000 });
  await buy.scrollIntoViewIfNeeded();
  await shown(phone, 'The phone rings: back in stock');
  print(
    `           notified ${((Date.now() - restockedAt) / 1000).toFixed(1)} s after the merchant's click (10 s of them the send delay)`,
  );

  const landing = browser.waitForEvent('page');
  await buy.click();
  const landed = await landing;
  await landed.waitForLoadState();
  await shown(landed, 'Buy leads to the variant');
  const selected = new URL(landed.url()).searchParams.get('variant');
  if (selected !== String(variant.id))
    throw new Error(`The link led to variant ${selected}, not ${variant.id}.`);
  await landed.getByRole('button', { name: 'Add to cart' }).click();
  await landed.getByRole('button', { name: 'Check out' }).click();
  await landed.getByText('Thank you').waitFor();
  await shown(landed, 'She buys it');

  print('           Now the same webhook five times again, and a restart of the worker ...');
  const level = {
    shop: SHOP,
    variantId: variant.id,
    locationId: locationNamed({ world, shop: SHOP, name: 'Warehouse' }),
  };
  await world.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
  await demo.quiet();
  await demo.app.restart('worker');
  world.shopify.store.setStock({ ...level, available: 5 });
  await demo.quiet();

  await admin.goto(`${ADMIN}/apps/${demo.keys.apiKey}`);
  await home.getByText(/^1 attributed order/).waitFor();
  await shown(admin, 'The merchant reads the result');
  judge({ lines: tokenLines(), productTitle: product.title, restockedAt });
}

/** Exactly one message paid by a token, about this product, after the restock. */
function judge({
  lines,
  productTitle,
  restockedAt,
}: {
  lines: { text: string; at: number; body: string }[];
  productTitle: string;
  restockedAt: number;
}): void {
  if (lines.length !== 1)
    throw new Error(`Messenger's ledger holds ${lines.length} messages paid by a token for her, not one.`);
  const [line] = lines;
  if (!line!.body.includes(productTitle))
    throw new Error('The message is not about the product she asked for.');
  if (line!.at < restockedAt) throw new Error('She was notified before the restock.');
}
