// A plain HTML page outside the Shopify admin: a title, a sentence, at most one link, no script.
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

type Page = {
  /** Of the texts. */ locale: string;
  title: string;
  text: string;
  link?: { text: string; url: string };
  /** Posted to this page's own address. */ form?: { button: string; fields: Record<string, string> };
  status?: number;
};

/** The page as a response. Who may frame it and what it may load is said by the web process, for every response. */
export function htmlPage({ locale, title, text, link, form, status = 200 }: Page): Response {
  const fields = Object.entries(form?.fields ?? {}).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const button =
    form &&
    `<form method="post" action="?">${fields.join('')}<button>${escaped(form.button)}</button></form>`;
  const body = `<!doctype html>
<html lang="${escaped(locale)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>body{font:18px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem;color:#1c1e21}
button{font:inherit;padding:.5em 1.2em;border:0;border-radius:.5em;background:#303030;color:#fff;cursor:pointer}</style>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>${link ? `<p><a href="${escaped(link.url)}">${escaped(link.text)}</a></p>` : ''}${button ?? ''}
</html>`;
  return new Response(body, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
  });
}
