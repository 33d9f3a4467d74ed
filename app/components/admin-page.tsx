// The frame of every admin page: its title, the way back, and what is wrong with the Page of Messenger.
import { TitleBar } from '@shopify/app-bridge-react';
import { Banner, Page, type PageProps, Text } from '@shopify/polaris';
import type { ReactNode } from 'react';
import { useTranslations } from '../i18n/use-translations.tsx';

type Props = {
  title: string;
  subtitle?: string;
  back?: { content: string; url: string };
  titleMetadata?: ReactNode;
  primaryAction?: PageProps['primaryAction'];
  secondaryActions?: PageProps['secondaryActions'];
  fullWidth?: boolean;
  children: ReactNode;
};

export function AdminPage({ title, back, children, ...rest }: Props) {
  return (
    <Page {...rest} {...(back ? { title, backAction: back } : {})}>
      <TitleBar title={title} />
      {!back && (
        <Text as="h1" visuallyHidden variant="headingLg">
          {title}
        </Text>
      )}
      {children}
    </Page>
  );
}

export function PageIssue({ issue, link = true }: { issue: string; link?: boolean }) {
  const { t, code } = useTranslations();
  return (
    <Banner
      tone="critical"
      title={code('trouble', issue)}
      {...(link ? { action: { content: t('trouble.open'), url: '/app/messenger' } } : {})}
    >
      {code('trouble', `${issue}.do`)}
    </Banner>
  );
}
