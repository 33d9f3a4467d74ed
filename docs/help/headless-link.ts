// An example for headless storefronts: the Messenger link of a sold-out variant, read from the shop's own online store.

/**
 * The online store signs its links, and no other code can: only the app can read the key. The app embed has to be on in the live theme, and the
 * online store must not be behind a password. Call it on your server and keep the answer for a minute; it says nothing about a visitor.
 *
 * `store` is the address of the online store (`https://linen.myshopify.com`), `variant` the number at the end of the variant's global id.
 *
 * @returns null while the variant is for sale, or where the button is not shown for it
 * @throws {Error} when the online store does not answer with a page
 */
export async function messengerLink({
  store,
  handle,
  variant,
  fetch = globalThis.fetch,
}: {
  store: string;
  handle: string;
  variant: string;
  fetch?: (url: string) => Promise<Response>;
}): Promise<string | null> {
  const answer = await fetch(`${store}/products/${handle}?variant=${variant}`);
  if (!answer.ok) throw new Error(`the online store answered ${answer.status} for the product ${handle}`);
  const html = await answer.text();
  const [button = '', checks] =
    /<notify-me-messenger[^>]* data-checks="([^"]*)".*?<\/notify-me-messenger>/s.exec(html) ?? [];
  const check = new URLSearchParams(checks).get(variant);
  const link = /href="(https:\/\/m\.me\/[^"]+)"/.exec(button)?.[1];
  if (!check || !link) return null;
  return link.replace(/_\d+(_[^_]+_[^_]+_)[^_]+$/, `_${variant}$1${check}`);
}
