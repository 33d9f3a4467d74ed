// Meta's deauthorize and data deletion callbacks for the person who connected a Page.
import { randomBytes } from 'node:crypto';
import { db, type Tx, webhookDb } from '../db.server.ts';
import { env } from '../env.server.ts';
import { idText } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { setIssue, encryptPageToken } from './pages.server.ts';
import { readSignedRequest } from './webhooks.ts';

const TOPIC = 'meta/data_deletion';

/** The app-scoped id in a genuine signed_request, or null. */
export function signedUserId({ form }: { form: URLSearchParams }): string | null {
  const said = readSignedRequest({
    text: form.get('signed_request') ?? '',
    secret: env.META_APP_SECRET,
  });
  return idText(said?.user_id) ?? null;
}

async function pagesOfUser({ tx, userId }: { tx: Tx; userId: string }) {
  return tx.page.findMany({ where: { connectedByUserId: userId, disconnectedAt: null } });
}

/** The person took the app back: what they lent us works no more until somebody connects again. Waiting shoppers keep their places. */
export async function deauthorize({ userId, now }: { userId: string; now: Date }): Promise<void> {
  await webhookDb.$transaction(async (tx) => {
    const pages = await pagesOfUser({ tx, userId });
    for (const page of pages) await setIssue({ pageId: page.id, issue: 'reconnect', now, tx });
    log.info('page.access_revoked', { pages: pages.length });
  });
}

/**
 * Erases what we hold of the person who connected: their id, the tokens that they lent, logins under way.
 * @returns where the person can read that it was done.
 */
export async function deleteData({
  userId,
  now,
}: {
  userId: string;
  now: Date;
}): Promise<{ url: string; confirmation_code: string }> {
  const code = randomBytes(12).toString('base64url');
  await webhookDb.$transaction(async (tx) => {
    const pages = await pagesOfUser({ tx, userId });
    for (const page of pages) {
      await tx.page.update({
        where: { shopId_id: { shopId: page.shopId, id: page.id } },
        data: {
          connectedByUserId: null,
          accessToken: encryptPageToken({ shopId: page.shopId, token: 'erased' }),
        },
      });
      await setIssue({ pageId: page.id, issue: 'reconnect', now, tx });
    }
    await tx.page.updateMany({ where: { connectedByUserId: userId }, data: { connectedByUserId: null } });
    // Logins under way are encrypted and can't be told apart: they are started again.
    await tx.oauthState.deleteMany({ where: { choice: { not: null } } });
    await tx.privacyRequest.create({
      data: { requestKey: code, topic: TOPIC, receivedAt: now, doneAt: now },
    });
  });
  const url = new URL('/messenger/data-deletion', env.SHOPIFY_APP_URL);
  url.searchParams.set('code', code);
  return { url: url.toString(), confirmation_code: code };
}

/** When a deletion was carried out; null: there is no such request. */
export async function deletionStatus({ code }: { code: string }): Promise<{ doneAt: Date | null } | null> {
  const found = await db.privacyRequest.findUnique({ where: { requestKey: code } });
  return found?.topic === TOPIC ? { doneAt: found.doneAt } : null;
}
