// Reloads a page's data while something happens elsewhere, such as in Facebook's login.
import { useRevalidator } from '@remix-run/react';
import { useEffect } from 'react';

const EVERY_MS = 3_000;

/** While `watching`, reads the page's data again every few seconds that it is visible, and when the window gets the focus. */
export function usePolling({ watching, everyMs = EVERY_MS }: { watching: boolean; everyMs?: number }): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (!watching) return;
    const poll = () => {
      if (document.visibilityState === 'visible' && state === 'idle') revalidate();
    };
    const round = setInterval(poll, everyMs);
    window.addEventListener('focus', poll);
    return () => {
      clearInterval(round);
      window.removeEventListener('focus', poll);
    };
  }, [watching, everyMs, state, revalidate]);
}
