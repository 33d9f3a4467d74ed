// The frame of every admin page: its title and the way back.
import { TitleBar } from '@shopify/app-bridge-react';
import { Page, Text, type PageProps } from '@shopify/polaris';
import type { ReactNode } from 'react';

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
