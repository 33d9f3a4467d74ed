// Shopify's own session storage, with both tokens sealed before they reach the table.
import { Session } from '@shopify/shopify-api';
import { PrismaSessionStorage } from '@shopify/shopify-app-session-storage-prisma';
import { db } from '../db.server.ts';
import { CannotOpen, seal, unseal } from '../lib/seal.server.ts';

const binding = (shop: string) => ({ shopId: null, purpose: `session ${shop}` });
const hide = (text: string, shop: string) => Buffer.from(seal(text, binding(shop))).toString('base64');
const show = (text: string, shop: string) => unseal(Buffer.from(text, 'base64'), binding(shop));

const rows = new PrismaSessionStorage(db);

function withTokens(session: Session, change: (text: string, shop: string) => string): Session {
  const copy = new Session(session.toObject());
  if (copy.accessToken) copy.accessToken = change(copy.accessToken, copy.shop);
  if (copy.refreshToken) copy.refreshToken = change(copy.refreshToken, copy.shop);
  return copy;
}

/** One that was sealed with a key that is gone counts as none: Shopify gives the shop another when its merchant opens the app. */
function opened(session: Session): Session | undefined {
  try {
    return withTokens(session, show);
  } catch (error) {
    if (error instanceof CannotOpen) return undefined;
    throw error;
  }
}

export const sessionStorage = {
  storeSession: (session: Session) => rows.storeSession(withTokens(session, hide)),
  async loadSession(id: string) {
    const session = await rows.loadSession(id);
    return session && opened(session);
  },
  deleteSession: (id: string) => rows.deleteSession(id),
  deleteSessions: (ids: string[]) => rows.deleteSessions(ids),
  async findSessionsByShop(shop: string) {
    return (await rows.findSessionsByShop(shop)).flatMap((session) => opened(session) ?? []);
  },
};

/** Opens one session, so that a key that is not the one it was sealed with is said at the start and not at somebody's first visit. */
export async function tryKey(): Promise<void> {
  const any = await db.session.findFirst({ select: { id: true } });
  if (any) await sessionStorage.loadSession(any.id);
}
