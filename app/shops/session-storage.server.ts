// Shopify's own session storage, with both tokens sealed before they reach the table.
import { Session } from '@shopify/shopify-api';
import { PrismaSessionStorage } from '@shopify/shopify-app-session-storage-prisma';
import { db } from '../db.server.ts';
import { seal, unseal } from '../lib/seal.server.ts';

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

export const sessionStorage = {
  storeSession: (session: Session) => rows.storeSession(withTokens(session, hide)),
  async loadSession(id: string) {
    const session = await rows.loadSession(id);
    return session && withTokens(session, show);
  },
  deleteSession: (id: string) => rows.deleteSession(id),
  deleteSessions: (ids: string[]) => rows.deleteSessions(ids),
  async findSessionsByShop(shop: string) {
    return (await rows.findSessionsByShop(shop)).map((session) => withTokens(session, show));
  },
};
