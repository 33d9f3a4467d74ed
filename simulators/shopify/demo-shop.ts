// Furnishes the demo's shop, "Linen & Sons": one product for every situation that a shopper or a restock can meet.
import type { NewVariant } from './product-verbs.ts';
import type { Store } from './store.ts';
import type { Shop } from './shop-state.ts';

export type DemoShop = { shop: Shop; warehouse: bigint; highStreet: bigint; showroom: bigint };

const picture = (name: string) => `https://cdn.shopify.com/s/files/demo/${name}.svg`;

function combinations(options: { values: string[] }[]): string[][] {
  return options.reduce<string[][]>(
    (rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
}

export function createDemoShop({
  store,
  domain = 'demo.myshopify.com',
}: {
  store: Store;
  domain?: string;
}): DemoShop {
  const shop = store.addShop({
    domain,
    name: 'Linen & Sons',
    email: 'hello@linen-and-sons.test',
    primaryLocale: 'en',
    countryCode: 'GB',
    currency: 'GBP',
    ianaTimezone: 'Europe/London',
  });
  const warehouse = store.addLocation({ shop: domain, name: 'Warehouse' }).id;
  const highStreet = store.addLocation({ shop: domain, name: 'High Street shop' }).id;
  const showroom = store.addLocation({
    shop: domain,
    name: 'Showroom',
    fulfillsOnlineOrders: false,
  }).id;

  const shirt = [
    { name: 'Size', values: ['S', 'M', 'L', 'XL'] },
    { name: 'Colour', values: ['Sand', 'Indigo'] },
  ];
  const shirtStock: Record<string, Map<bigint, number>> = {
    'S / Sand': new Map([[warehouse, 7]]),
    'S / Indigo': new Map([
      [warehouse, 3],
      [highStreet, 2],
    ]),
    'L / Sand': new Map([[highStreet, 4]]),
    'L / Indigo': new Map([[warehouse, 5]]),
    // Two on a rail in the showroom, which no online order can reach.
    'XL / Indigo': new Map([[showroom, 2]]),
  };
  store.createProduct({
    shop: domain,
    title: 'Linen shirt',
    descriptionHtml: '<p>Woven in County Down, washed soft, cut straight. Gets better every summer.</p>',
    options: shirt,
    imageUrl: picture('linen-shirt'),
    variants: combinations(shirt).map((options): NewVariant => ({
      options,
      price: '79.00',
      sku: `SHIRT-${options.join('-').toUpperCase()}`,
      stock: shirtStock[options.join(' / ')] ?? 0,
      imageUrl: picture(`linen-shirt-${(options[1] ?? 'sand').toLowerCase()}`),
    })),
  });

  const scarf = [{ name: 'Colour', values: ['Rust', 'Sea', 'Oat'] }];
  store.createProduct({
    shop: domain,
    title: 'Gauze scarf',
    descriptionHtml: '<p>Light as a good excuse. Every colour has flown off the shelf.</p>',
    options: scarf,
    imageUrl: picture('gauze-scarf'),
    variants: combinations(scarf).map((options) => ({
      options,
      price: '34.00',
      sku: `SCARF-${options[0]?.toUpperCase()}`,
    })),
  });

  store.createProduct({
    shop: domain,
    title: 'Market tote',
    descriptionHtml: '<p>One size, holds a week of leeks.</p>',
    imageUrl: picture('market-tote'),
    variants: [{ price: '28.00', sku: 'TOTE' }],
  });

  const towel = [{ name: 'Size', values: ['Hand', 'Bath'] }];
  store.createProduct({
    shop: domain,
    title: 'Waffle towel',
    descriptionHtml: '<p>Thirsty, quick to dry, always on the shelf.</p>',
    options: towel,
    imageUrl: picture('waffle-towel'),
    variants: combinations(towel).map((options, index) => ({
      options,
      price: index === 0 ? '18.00' : '42.00',
      sku: `TOWEL-${options[0]?.toUpperCase()}`,
      stock: new Map([
        [warehouse, 40],
        [highStreet, 12],
      ]),
    })),
  });

  store.createProduct({
    shop: domain,
    title: 'Made-to-order apron',
    descriptionHtml: '<p>Sewn when you order it, so it is never quite sold out.</p>',
    imageUrl: picture('apron'),
    variants: [{ price: '56.00', sku: 'APRON', policy: 'CONTINUE' }],
  });

  const ribbon = [
    { name: 'Width', values: ['6 mm', '10 mm', '16 mm', '25 mm', '40 mm', '60 mm'] },
    { name: 'Shade', values: Array.from({ length: 50 }, (_, index) => `No. ${index + 1}`) },
  ];
  store.createProduct({
    shop: domain,
    title: 'Linen ribbon',
    descriptionHtml: '<p>Six widths, fifty shades: more variants than Liquid will list.</p>',
    options: ribbon,
    imageUrl: picture('linen-ribbon'),
    variants: combinations(ribbon).map((options, index) => ({
      options,
      price: '6.50',
      sku: `RIBBON-${index + 1}`,
      stock: index % 8 === 7 ? 0 : 25,
    })),
  });

  return { shop, warehouse, highStreet, showroom };
}
