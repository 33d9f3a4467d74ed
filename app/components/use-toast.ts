// Shows a toast for an action that was carried out, once per answer. Errors never go here.
import { useEffect } from 'react';
import { useTranslations } from '../i18n/use-translations.tsx';

/** `done` is a code of the words `done.*`. */
export function useToast(answer: { done?: string } | undefined): void {
  const { code } = useTranslations();
  useEffect(() => {
    if (!answer?.done) return;
    window.shopify.toast.show(code('done', answer.done));
  }, [answer, code]);
}
