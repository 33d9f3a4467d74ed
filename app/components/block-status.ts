// Asks the admin whether our button stands in the published theme: the only one who knows without a scope.
import { useEffect, useState } from 'react';

export type BlockStatus = 'reading' | 'active' | 'available' | 'unavailable' | 'unknown';

type Activation = { handle?: string; status?: string; activations?: unknown[] };
type Extension = { type?: string; activations?: Activation[] };

/** The best of what the extension's blocks report: one that is placed is enough. */
export function blockStatus(extensions: unknown): BlockStatus {
  const blocks = (Array.isArray(extensions) ? (extensions as Extension[]) : [])
    .filter((extension) => extension.type === 'theme_app_extension')
    .flatMap((extension) => extension.activations ?? []);
  const best = (['active', 'available', 'unavailable'] as const).find((status) =>
    blocks.some((block) => block.status === status),
  );
  return best ?? 'unknown';
}

export function useBlockStatus(): BlockStatus {
  const [status, setStatus] = useState<BlockStatus>('reading');
  useEffect(() => {
    let alive = true;
    const read = () => {
      void Promise.resolve(window.shopify.app.extensions()).then(
        (extensions) => alive && setStatus(blockStatus(extensions)),
        () => alive && setStatus('unknown'),
      );
    };
    read();
    // The theme editor is open in another tab: whoever comes back from it sees the change.
    window.addEventListener('focus', read);
    return () => {
      alive = false;
      window.removeEventListener('focus', read);
    };
  }, []);
  return status;
}

/** Opens the theme editor on a product page with our block already added. */
export const placeBlockUrl = ({ domain, apiKey }: { domain: string; apiKey: string }) =>
  `https://${domain}/admin/themes/current/editor?template=product&addAppBlockId=${apiKey}/notify-me&target=mainSection`;
