// Test data of the page sender's tests: shops, connections, products, restocks, and waiting shoppers with real tokens of the simulator.
import { db } from '../../app/db.server.ts';
import { env } from '../../app/env.server.ts';
import { later, MINUTE } from '../../app/lib/clock.ts';
import { encrypt } from '../../app/lib/encryption.server.ts';
import { encryptPageToken } from '../../app/messenger/pages.server.ts';
import type { Messenger } from '../../simulators/messenger/messenger.ts';

let numbers = 1_000;
const number = () => BigInt((numbers += 1));

export function createFurnishings({
  messenger,
  clock,
  echoes,
}: {
  messenger: Messenger;
  clock: () => Date;
  echoes: boolean;
}) {
  async function addShop(given: { name?: string; locale?: string } = {}) {
    const id = number();
    return db.shop.create({
      data: {
        id,
        domain: `shop-${id}.myshopify.com`,
        name: given.name ?? `Shop ${id}`,
        currency: 'EUR',
        locale: given.locale ?? 'en',
        installedAt: later(clock(), -MINUTE),
        refKey: 'k'.repeat(32),
      },
    });
  }

  function addMetaPage({ takesPictures = true } = {}) {
    return messenger.addPage({
      id: String(number()),
      name: 'Linen & Co',
      appId: env.META_APP_ID,
      acceptsPictureInNotice: takesPictures,
      ...(echoes ? { subscribedFields: ['message_echoes'] } : {}),
    });
  }

  /** A shop's connection to a Meta Page; `perSecond` at its most, so that tests don't wait. */
  async function connect({
    shopId,
    metaPage,
    picture = null,
    perSecond = 300,
  }: {
    shopId: bigint;
    metaPage: { id: string; token: string; name: string };
    picture?: boolean | null;
    perSecond?: number;
  }) {
    return db.page.create({
      data: {
        shopId,
        metaPageId: metaPage.id,
        name: metaPage.name,
        accessToken: encryptPageToken({ shopId, token: metaPage.token }),
        connectedAt: clock(),
        testPassedAt: clock(),
        imagesAccepted: picture,
        messagesPerSecond: perSecond,
      },
    });
  }

  async function addVariant({ shopId, title = 'M' }: { shopId: bigint; title?: string }) {
    const id = number();
    return db.variant.create({
      data: {
        id,
        shopId,
        productId: number(),
        productTitle: 'Linen shirt',
        title,
        handle: 'linen-shirt',
        price: '49.00',
        imageUrl: 'https://cdn.shopify.com/linen.jpg',
        checkRequestedVersion: 1n,
        checkedVersion: 1n,
      },
    });
  }

  async function openRestock({
    shopId,
    variantId,
    notificationQuota = 2_147_483_647,
    isTest = false,
    kind = 'in_stock',
  }: {
    shopId: bigint;
    variantId: bigint;
    notificationQuota?: number;
    isTest?: boolean;
    kind?: string;
  }) {
    return db.restock.create({
      data: {
        shopId,
        variantId,
        openedAt: clock(),
        confirmedAvailableAt: clock(),
        notificationQuota,
        isTest,
        kind,
      },
    });
  }

  /** People who wait, the first one longest. */
  async function addWaiting({
    page,
    variantId,
    count,
    isTest = false,
    locale = 'en',
    tokenFor,
  }: {
    page: { id: bigint; shopId: bigint; metaPageId: string };
    variantId: bigint;
    count: number;
    isTest?: boolean;
    locale?: string;
    /** Another token than the one Meta gave. */ tokenFor?: (index: number) => string | undefined;
  }) {
    const { shopId, id: pageId, metaPageId } = page;
    const start = clock();
    const people = Array.from({ length: count }, (_none, index) => {
      const seeded = messenger.seedThread({
        pageId: metaPageId,
        personId: `person-${number()}`,
        payload: 'p',
      });
      return {
        ...seeded,
        token: tokenFor?.(index) ?? seeded.token!,
        ids: [number(), number(), number()] as const,
      };
    });
    await db.shopper.createMany({
      data: people.map(({ psid, ids }) => ({ id: ids[0], shopId, pageId, psid, locale, createdAt: start })),
    });
    await db.optInRequest.createMany({
      data: people.map(({ ids }) => ({
        id: ids[1],
        shopId,
        shopperId: ids[0],
        variantId,
        title: 'asked',
        locale,
        isTest,
        createdAt: start,
        acceptedAt: start,
      })),
    });
    await db.subscription.createMany({
      data: people.map(({ ids, token }, index) => ({
        id: ids[2],
        shopId,
        shopperId: ids[0],
        variantId,
        pageId,
        optInRequestId: ids[1],
        grantToken: encrypt(token, { shopId, purpose: 'one-time token' }),
        isTest,
        waitingSince: later(start, index - count),
        grantedAt: start,
        expiresAt: later(start, 365 * 24 * 60 * MINUTE),
      })),
    });
    return people.map(({ psid, token, ids }) => ({ psid, token, shopperId: ids[0], subscriptionId: ids[2] }));
  }

  /** One shop, its Page, one variant with waiters, and a restock that is open for them. */
  async function shopWithWaiting({
    count,
    notificationQuota,
    takesPictures,
    perSecond,
  }: {
    count: number;
    notificationQuota?: number;
    takesPictures?: boolean;
    perSecond?: number;
  }) {
    const shop = await addShop();
    const metaPage = addMetaPage(takesPictures === undefined ? {} : { takesPictures });
    const page = await connect({
      shopId: shop.id,
      metaPage,
      ...(perSecond === undefined ? {} : { perSecond }),
    });
    const variant = await addVariant({ shopId: shop.id });
    const waitingShoppers = await addWaiting({ page, variantId: variant.id, count });
    const restock = await openRestock({
      shopId: shop.id,
      variantId: variant.id,
      ...(notificationQuota === undefined ? {} : { notificationQuota }),
    });
    return { shop, metaPage, page, variant, waitingShoppers, restock, metaPageId: metaPage.id };
  }

  return { addShop, addMetaPage, connect, addVariant, openRestock, addWaiting, shopWithWaiting };
}
