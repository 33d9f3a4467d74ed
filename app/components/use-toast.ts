// Says that something was done: a short word at the bottom of the admin, once per answer. Errors never go here.
import { useEffect } from 'react';
import { useWords } from '../i18n/use-translations.tsx';

/** `done` is a code of the words `done.*`. */
export function useDone(answer: { done?: string } | undefined): void {
  const { code } = useWords();
  useEffect(() => {
    if (!answer?.done) return;
    window.shopify.toast.show(code('done', answer.done));
  }, [answer]);
}
