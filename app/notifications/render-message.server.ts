// Writes notifications: the words once for each restock and language, the rest for each shopper.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';
import { env } from '../env.server.ts';
import type { Overrides } from '../i18n/custom-messages.ts';
import { decrypt } from '../lib/encryption.server.ts';
import type { Page } from '../messenger/pages.server.ts';
import { addressedByToken } from '../messenger/permissions/one-time-notification.ts';
import type { ClaimedNotification } from './claim.server.ts';
import { messageTexts, type MessageTexts, notificationBody, type TemplateData } from './message.ts';

/** A price that the merchant corrects is right in the notifications half a minute later. */
const CACHE_MS = 30_000;

const MOST_CACHED = 1_000;

/** What is the same for all who are notified of one restock. `until`: ms of performance.now. */
export type CachedTemplate = { subject: TemplateData; words: Map<string, MessageTexts>; until: number };

type Templates = Map<bigint, CachedTemplate>;

/** @returns the request body, and whether it bears a picture. @throws when the restock is gone. */
export async function renderMessage({
  row,
  page,
  state: { templates, pictureRefused },
}: {
  row: ClaimedNotification;
  page: Page;
  state: { templates: Templates; pictureRefused: ReadonlySet<bigint> };
}): Promise<{ body: string; picture: boolean }> {
  const { subject, words } = await cachedTemplate({ row, templates });
  let texts = words.get(row.locale);
  if (texts === undefined) words.set(row.locale, (texts = messageTexts({ subject, locale: row.locale })));
  const token = decrypt(row.grantToken, { shopId: row.shopId, purpose: 'one-time token' });
  // The merchant's test is how we learn whether this Page may show a picture; nobody else's token is risked for it.
  const mayTry = page.imagesAccepted === true || (row.isTest && page.imagesAccepted === null);
  const picture = mayTry && !pictureRefused.has(page.id) && subject.imageUrl !== null;
  const body = notificationBody({
    recipient: addressedByToken(token),
    subject,
    words: texts,
    id: row.id,
    subscriptionId: row.subscriptionId,
    url: `${env.SHOPIFY_APP_URL.replace(/\/$/, '')}/go/${row.linkCode}`,
    picture,
  });
  return { body, picture };
}

async function cachedTemplate({
  row: { shopId, restockId },
  templates,
}: {
  row: ClaimedNotification;
  templates: Templates;
}): Promise<CachedTemplate> {
  const found = templates.get(restockId);
  if (found && found.until > performance.now()) return found;
  const subject = await loadTemplateData({ shopId, restockId });
  if (subject === null) throw new Error(`Restock ${restockId} is gone.`);
  if (templates.size > MOST_CACHED) templates.clear();
  const fresh = { subject, words: new Map<string, MessageTexts>(), until: performance.now() + CACHE_MS };
  templates.set(restockId, fresh);
  return fresh;
}

type Row = {
  shopName: string;
  currency: string;
  customMessages: Overrides;
  productTitle: string;
  title: string;
  price: string | null;
  imageUrl: string | null;
  kind: string;
};

/** null: the restock is gone, and its shop with it. */
async function loadTemplateData({
  shopId,
  restockId,
}: {
  shopId: bigint;
  restockId: bigint;
}): Promise<TemplateData | null> {
  const [row] = await queryRows<Row>({
    tx: db,
    sql: Prisma.sql`
    SELECT sh.name AS shop_name, sh.currency, sh.custom_messages, v.product_title, v.title, v.price, v.image_url, r.kind
    FROM restocks r JOIN shops sh ON sh.id = r.shop_id JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
    WHERE r.shop_id = ${shopId} AND r.id = ${restockId}`,
  });
  if (row === undefined) return null;
  const { kind, productTitle, title, ...rest } = row;
  return {
    ...rest,
    shopId,
    variant: { productTitle, title },
    canOnlyBeOrdered: kind === 'orderable',
  };
}
