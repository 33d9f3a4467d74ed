// How Shopify remembers where a shopper came from: the first page of the session, and every visit that led to an order.

export type Session = {
  /** Path and query of the page on which the session began. */
  landingSite: string | null;
  /** Landing pages of the visits so far, oldest first. */
  visits: string[];
};

const NAME = '_shopify_session';
const MOST_VISITS = 5;
const NONE: Session = { landingSite: null, visits: [] };

/** What the shopper's browser has kept; a browser that keeps nothing is a new shopper with each page. */
export function sessionOf(request: Request): Session {
  const kept = new RegExp(`(?:^|; )${NAME}=([\\w-]+)`).exec(request.headers.get('cookie') ?? '')?.[1];
  if (!kept) return NONE;
  try {
    return JSON.parse(Buffer.from(kept, 'base64url').toString()) as Session;
  } catch {
    return NONE;
  }
}

/** A first page begins a session, and so does a link with campaign marks: Shopify's own rule for the latter is not written down. */
export function afterPage({ session, url }: { session: Session; url: URL }): Session {
  const arrived = session.landingSite === null || url.searchParams.has('utm_source');
  const landingSite = url.pathname + url.search;
  if (!arrived || session.landingSite === landingSite) return session;
  return { landingSite, visits: [...session.visits, landingSite].slice(-MOST_VISITS) };
}

/** Good in a frame of another site too, as the demo shows the storefront. */
export const sessionCookie = (session: Session): string =>
  `${NAME}=${Buffer.from(JSON.stringify(session)).toString('base64url')}; Path=/; Max-Age=1800; Secure; SameSite=None; Partitioned`;
