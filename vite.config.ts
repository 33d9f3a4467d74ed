// How the web process is built: Remix with its v3 ways, as far as Shopify's library and a third-party frame allow them.
import { vitePlugin as remix } from '@remix-run/dev';
import { defineConfig } from 'vite';

export default defineConfig({
  server: { port: Number(process.env.PORT || 3000) },
  plugins: [
    remix({
      ignoredRouteFiles: ['**/.*'],
      future: {
        v3_fetcherPersist: true,
        v3_relativeSplatPath: true,
        v3_throwAbortReason: true,
        v3_routeConfig: false,
        // Shopify's library answers with thrown Responses whose headers App Bridge reads; single fetch would fold them away.
        v3_singleFetch: false,
        // It reads sessionStorage without a guard, and browsers deny that to a third-party frame; there are few routes to discover.
        v3_lazyRouteDiscovery: false,
      },
    }),
  ],
  build: { assetsInlineLimit: 0 },
});
