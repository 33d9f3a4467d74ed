// The merchant's admin: who they are, their language, and the way to each page.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import {
  isRouteErrorResponse,
  Link,
  Outlet,
  useLoaderData,
  useLocation,
  useRouteError,
} from '@remix-run/react';
import { NavMenu } from '@shopify/app-bridge-react';
import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris';
import polarisStyles from '@shopify/polaris/build/esm/styles.css?url';
import polarisSpanish from '@shopify/polaris/locales/es.json' with { type: 'json' };
import { AppProvider } from '@shopify/shopify-app-remix/react';
import { boundary } from '@shopify/shopify-app-remix/server';
import { type ComponentProps, type ReactNode, useEffect, useState } from 'react';
import { authenticateMerchant } from '../authenticate.server.ts';
import { AdminPage } from '../components/admin-page.tsx';
import { env } from '../env.server.ts';
import { adminLocale } from '../i18n/admin.ts';
import { TranslatorProvider, useTranslations } from '../i18n/use-translations.tsx';

export const links = () => [{ rel: 'stylesheet', href: polarisStyles }];

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const locale = adminLocale(new URL(request.url).searchParams.get('locale'));
  return json({
    apiKey: env.SHOPIFY_API_KEY,
    locale,
    timezone: shop.timezone,
    // Polaris brings its English along; no other language belongs in everybody's bundle.
    polaris: locale === 'es' ? polarisSpanish : undefined,
  });
}

function Frame({
  apiKey,
  locale,
  timezone,
  polaris,
  children,
}: {
  apiKey: string;
  polaris?: ComponentProps<typeof AppProvider>['i18n'];
  locale: 'en' | 'es';
  timezone: string;
  children: ReactNode;
}) {
  return (
    // App Bridge stands in the document's head already.
    <AppProvider isEmbeddedApp={false} apiKey={apiKey} i18n={polaris}>
      <TranslatorProvider locale={locale} timezone={timezone}>
        {children}
      </TranslatorProvider>
    </AppProvider>
  );
}

function Navigation() {
  const { t } = useTranslations();
  return (
    <NavMenu>
      <Link to="/app" rel="home">
        Home
      </Link>
      <Link to="/app/waitlist">{t('nav.waitlist')}</Link>
      <Link to="/app/notifications">{t('nav.notifications')}</Link>
      <Link to="/app/messenger">{t('nav.messenger')}</Link>
      <Link to="/app/settings">{t('nav.settings')}</Link>
    </NavMenu>
  );
}

export default function App() {
  const loaded = useLoaderData<typeof loader>();
  // Shopify names the language in the address of the first load alone.
  const [{ locale, polaris }] = useState(loaded);
  const { pathname } = useLocation();
  // Instead of Remix's own scroll restoration: it needs sessionStorage, which browsers deny to a third-party frame.
  useEffect(() => {
    // Not returned: browsers begin to answer with a promise, and React would call it.
    void window.scrollTo(0, 0);
  }, [pathname]);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return (
    <Frame apiKey={loaded.apiKey} locale={locale} timezone={loaded.timezone} polaris={polaris}>
      <Navigation />
      <main>
        <Outlet />
      </main>
    </Frame>
  );
}

export function ErrorBoundary() {
  const error = useRouteError();
  return (
    <Frame apiKey="" locale="en" timezone="UTC">
      <main>
        <IssueBanner missing={isRouteErrorResponse(error) && error.status === 404} />
      </main>
    </Frame>
  );
}

export const headers = boundary.headers;

export function IssueBanner({ missing }: { missing: boolean }) {
  const { t } = useTranslations();
  const title = t(missing ? 'page.missing' : 'page.broken');
  return (
    <AdminPage title={title}>
      <Card>
        <BlockStack gap="300">
          <Text as="h2" variant="headingMd">
            {title}
          </Text>
          <Text as="p">{t(missing ? 'page.missing.text' : 'page.broken.text')}</Text>
          <InlineStack gap="200">
            {missing ? (
              <Button url="/app">{t('page.home')}</Button>
            ) : (
              <Button onClick={() => window.location.reload()}>{t('page.again')}</Button>
            )}
          </InlineStack>
        </BlockStack>
      </Card>
    </AdminPage>
  );
}
