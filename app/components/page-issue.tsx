// What is wrong with the Page, and the one thing to do about it.
import { Banner } from '@shopify/polaris';
import { useWords } from '../i18n/use-translations.tsx';

export function PageTrouble({ issue, link = true }: { issue: string; link?: boolean }) {
  const { say, code } = useWords();
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
