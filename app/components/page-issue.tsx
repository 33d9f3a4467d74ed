// What is wrong with the Page, and the one thing to do about it.
import { Banner } from '@shopify/polaris';
import { useTranslations } from '../i18n/use-translations.tsx';

export function PageIssue({ issue, link = true }: { issue: string; link?: boolean }) {
  const { say, code } = useTranslations();
  return (
    <Banner
      tone="critical"
      title={code('trouble', issue)}
      {...(link ? { action: { content: say('trouble.open'), url: '/app/messenger' } } : {})}
    >
      {code('trouble', `${issue}.do`)}
    </Banner>
  );
}
