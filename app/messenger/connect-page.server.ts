// Connects a chosen Page: webhooks, profile, switch from another; and disconnects it.
import { Prisma } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import type { Overrides } from '../i18n/custom-messages.ts';
import { formatMessage } from '../i18n/shopper.ts';
import { LIMIT, shorten } from '../i18n/text-limits.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { log } from '../lib/log.server.ts';
import { shopById } from '../shopify/shops.server.ts';
import {
  deleteChoice,
  type GrantedPage,
  NEEDED_TASKS,
  PERMISSIONS,
  readChosenPages,
} from './facebook-login.server.ts';
import { MetaApiError } from './graph-api.server.ts';
import {
  type Conflict,
  conflicts,
  needsConsent,
  type PreviousProfile,
  readProfile,
  restoreProfile,
  setProfile,
} from './messenger-profile.server.ts';
import { readSubscription, subscribe, unsubscribe } from './page-health.server.ts';
import { encryptPageToken, type Page, pageOf, pagesByMetaId, pageToken } from './pages.server.ts';

export type Choices = {
  /** What the merchant declined, and why it is needed. */
  declined: { permission: string; why: string }[];
  pages: { metaPageId: string; name: string; missingTasks: string[]; current: boolean }[];
};

/** The Pages to choose from after a login; null: there is nothing to choose (any more). */
export async function listChoices({ shopId, now }: { shopId: bigint; now: Date }): Promise<Choices | null> {
  const choice = await readChosenPages({ shopId, now });
  if (choice === null) return null;
  const current = await pageOf({ shopId });
  return {
    declined: choice.declined.map((permission) => ({ permission, why: PERMISSIONS[permission] })),
    pages: choice.pages.map((page) => ({
      metaPageId: page.metaPageId,
      name: page.name,
      missingTasks: missingTasks(page),
      current: page.metaPageId === current?.metaPageId,
    })),
  };
}

const missingTasks = ({ tasks }: GrantedPage): string[] =>
  // A system user's Pages come without tasks: then Meta's own refusal tells.
  tasks.length === 0 ? [] : NEEDED_TASKS.filter((task) => !tasks.includes(task));

export type Chosen =
  | { outcome: 'connected'; page: Page; switchedFrom: Page | null; otherApps: string[] }
  /** Something of the merchant's stands in the way: they are asked; the choice stays open. */
  | { outcome: 'ask_first'; inTheWay: Conflict; otherApps: string[] }
  | { outcome: 'missing_tasks'; missing: string[] }
  | { outcome: 'declined'; permissions: string[] }
  | { outcome: 'nothing_to_choose' }
  | { outcome: 'failed'; message: string };

/**
 * Connects the chosen Page. `profile`: what the merchant answered about what stands in the way; without it they are asked first.
 * Those who wait on a former Page are still told through it.
 */
export async function choosePage({
  shopId,
  metaPageId,
  profile,
  now,
}: {
  shopId: bigint;
  metaPageId: string;
  profile?: 'replace' | 'keep';
  now: Date;
}): Promise<Chosen> {
  const choice = await readChosenPages({ shopId, now });
  const granted = choice?.pages.find((page) => page.metaPageId === metaPageId);
  const shop = await shopById({ shopId });
  if (!choice || !granted || !shop) return { outcome: 'nothing_to_choose' };
  if (choice.declined.length > 0) return { outcome: 'declined', permissions: choice.declined };
  const missing = missingTasks(granted);
  if (missing.length > 0) return { outcome: 'missing_tasks', missing };
  const { token, name } = granted;
  const of = { metaPageId, token };
  try {
    const { others: otherApps } = await readSubscription(of);
    const found = await readProfile(of);
    if (profile === undefined && needsConsent(found))
      return { outcome: 'ask_first', inTheWay: conflicts(found), otherApps };
    await subscribe(of);
    const greeting = formatMessage({
      locale: shop.locale,
      message: 'greeting',
      values: { shop: shop.name },
      overrides: shop.customMessages as Overrides,
    });
    const made = await setProfile({
      ...of,
      found,
      greeting: shorten({ text: greeting, limit: LIMIT.greeting }),
      replace: profile === 'replace',
    });
    const kept = await savePage({ shopId, granted, connectedBy: choice.userId, made, now });
    await deleteChoice({ shopId });
    log.info('page.connected', { shopId, metaPageId, page: name });
    return { outcome: 'connected', ...kept, otherApps };
  } catch (error) {
    if (!(error instanceof MetaApiError)) throw error;
    log.warn('page.connect_failed', { shopId, metaPageId, error });
    return { outcome: 'failed', message: error.message };
  }
}

async function savePage({
  shopId,
  granted: { metaPageId, name, token },
  connectedBy,
  made,
  now,
}: {
  shopId: bigint;
  granted: GrantedPage;
  connectedBy: string;
  made: PreviousProfile;
  now: Date;
}): Promise<{ page: Page; switchedFrom: Page | null }> {
  return db.$transaction(async (tx) => {
    // Two windows of one merchant must not both become the shop's Page.
    await tx.$queryRaw`SELECT 1 FROM shops WHERE id = ${shopId} FOR NO KEY UPDATE`;
    const before = await pageOf({ shopId, tx });
    const switchedFrom = before !== null && before.metaPageId !== metaPageId ? before : null;
    if (switchedFrom !== null)
      await tx.page.update({
        where: { shopId_id: { shopId, id: switchedFrom.id } },
        data: { replacedAt: now },
      });
    const known = await tx.page.findUnique({ where: { shopId_metaPageId: { shopId, metaPageId } } });
    const alive = known !== null && known.disconnectedAt === null;
    const previousProfile = await previousProfileOf({ tx, metaPageId, made });
    const connection = {
      name,
      accessToken: encryptPageToken({ shopId, token }),
      connectedByUserId: connectedBy,
      replacedAt: null,
      disconnectedAt: null,
      issue: null,
      issueSince: null,
      previousProfile: asJson(previousProfile),
      webhooksSubscribedAt: now,
      healthCheckedAt: now,
    };
    const page = await tx.page.upsert({
      where: { shopId_metaPageId: { shopId, metaPageId } },
      create: { shopId, metaPageId, connectedAt: now, ...connection },
      // A Page that was given back has to prove itself again; one that is merely reconnected has not changed.
      update: alive
        ? connection
        : { ...connection, connectedAt: now, testPassedAt: null, imagesAccepted: null },
    });
    await notify(tx, 'pageSender', metaPageId);
    await notify(tx, 'events', metaPageId);
    return { page, switchedFrom };
  });
}

const asJson = (before: PreviousProfile) => before as unknown as Prisma.InputJsonObject;

/** The profile before the first of our shops touched it: what a later connection finds is partly our own work. */
async function previousProfileOf({
  tx,
  metaPageId,
  made,
}: {
  tx: Tx;
  metaPageId: string;
  made: PreviousProfile;
}): Promise<PreviousProfile> {
  const connected = await pagesByMetaId({ metaPageId, tx });
  const first = connected.find((page) => page.previousProfile !== null)?.previousProfile as
    PreviousProfile | undefined;
  if (first === undefined) return made;
  const fresh = made.touched.filter((field) => !first.touched.includes(field));
  const was = { ...first.was };
  for (const field of fresh) Object.assign(was, { [field]: made.was[field] });
  const merged = { was, touched: [...first.touched, ...fresh] };
  await tx.page.updateMany({
    where: { metaPageId, disconnectedAt: null },
    data: { previousProfile: asJson(merged) },
  });
  return merged;
}

/**
 * Gives a Page back: the last shop to leave puts its profile back and stops hearing it. What Meta refuses on the way (the access may be
 * gone already) is told and does not hold the merchant here.
 */
export async function disconnectPage({
  shopId,
  metaPageId,
  now,
}: {
  shopId: bigint;
  /** Default: the Page that speaks for the shop now. */ metaPageId?: string;
  now: Date;
}): Promise<{ outcome: 'disconnected'; problem: string | null } | { outcome: 'not_connected' }> {
  const page =
    metaPageId === undefined
      ? await pageOf({ shopId })
      : ((await pagesByMetaId({ metaPageId })).find((one) => one.shopId === shopId) ?? null);
  if (page === null) return { outcome: 'not_connected' };
  const connected = await pagesByMetaId({ metaPageId: page.metaPageId });
  const last = connected.every((one) => one.id === page.id);
  let problem: string | null = null;
  if (last) {
    const of = { metaPageId: page.metaPageId, token: pageToken(page) };
    const before = page.previousProfile as PreviousProfile | null;
    const steps = [
      ...(before === null ? [] : [() => restoreProfile({ ...of, before })]),
      () => unsubscribe(of),
    ];
    for (const step of steps)
      await step().catch((error: unknown) => {
        if (!(error instanceof MetaApiError)) throw error;
        problem = error.message;
        log.warn('page.restore_failed', { shopId, metaPageId: page.metaPageId, error });
      });
  }
  await db.page.update({
    where: { shopId_id: { shopId: page.shopId, id: page.id } },
    data: {
      accessToken: null,
      disconnectedAt: now,
      connectedByUserId: null,
      previousProfile: Prisma.DbNull,
      issue: null,
      issueSince: null,
    },
  });
  log.info('page.disconnected', { shopId, metaPageId: page.metaPageId });
  return { outcome: 'disconnected', problem };
}

/** A shop has left, as Shopify has confirmed: every Page it had is given back, unless it came back meanwhile. Safe to run again. */
export async function releasePages({ shopId, now }: { shopId: bigint; now: Date }): Promise<void> {
  const pages = await db.page.findMany({
    where: { shopId, disconnectedAt: null, shop: { uninstalledAt: { not: null } } },
  });
  for (const { metaPageId } of pages) await disconnectPage({ shopId, metaPageId, now });
}
