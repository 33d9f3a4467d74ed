// Any address that is none of ours: a plain page, and no frame may hold it.
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Nothing here</title></head><body style="font-family:sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem">
<h1>There is nothing here</h1><p>Merchants open the app from their Shopify admin.</p></body></html>`;

const nothing = () =>
  new Response(PAGE, {
    status: 404,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    },
  });

export const loader = nothing;
export const action = nothing;
