// One variant: its shoppers, stock checks, restocks, and the merchant's actions.
import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from '@remix-run/node';
import { useFetcher, useLoaderData } from '@remix-run/react';
import { BlockStack, Button, ButtonGroup, Card, Text } from '@shopify/polaris';
import { authenticateMerchant, byIntent, merchantPosting } from '../../authenticate.server.ts';
import { AdminPage, PageIssue } from '../../components/admin-page.tsx';
import { RestockProgress, useRestockPolling } from '../../components/restock-progress.tsx';
import { useToast } from '../../components/use-toast.ts';
import { fullName, VariantName, VariantStatus } from '../../components/variant.tsx';
import { useTranslations } from '../../i18n/use-translations.tsx';
import { systemClock } from '../../lib/clock.ts';
import { idNumber } from '../../lib/json.ts';
import { shopStatus } from '../../notifications/shop-status.server.ts';
import { readCursor } from '../../reports/cursor.ts';
import { restocks, stockChecks } from '../../reports/restocks.server.ts';
import { waitingShoppers, waitlistOfVariant } from '../../reports/waitlist.server.ts';
import { variantsOfProduct } from '../../shopify/product-queries.server.ts';
import type { Shop } from '../../shopify/shops.server.ts';
import {
  checkInventoryNow,
  moveShoppers,
  notifyNow,
  pauseRestock,
  pauseVariant,
  resumeRestock,
} from '../../stock/merchant-actions.server.ts';
import { variantActions } from '../../stock/restock-status.ts';
import { MoveShoppers } from './move-shoppers.tsx';
import { ShoppersTable } from './shoppers.tsx';
import { RestockHistory, StockChecks } from './stock-history.tsx';

const missing = () => new Response('Not found', { status: 404 });

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const now = systemClock();
  const variantId = idNumber(params.variantId);
  if (variantId === undefined) throw missing();
  const of = { shopId: shop.id, variantId, now };
  const asked = new URL(request.url).searchParams;
  const { reach, status } = await shopStatus(of);
  const [row, { people, next }, past, seen] = await Promise.all([
    waitlistOfVariant(of),
    waitingShoppers({ ...of, after: readCursor(asked.get('after')) }),
    restocks({ ...of, reach, settings: shop }),
    stockChecks(of),
  ]);
  if (row === null) throw missing();
  const { productId, ...shown } = row;
  const siblings =
    row.missing && row.waiting > 0
      ? // The rest of the page must not fail because Shopify doesn't answer.
        await variantsOfProduct({ shopId: shop.id, productId: BigInt(productId), clock: systemClock }).catch(
          () => null,
        )
      : [];
  return json({
    now,
    issue: status.issue,
    row: shown,
    actions: variantActions({ ...row, restock: past.find(({ closedAt }) => closedAt === null) }),
    people,
    next,
    further: asked.has('after'),
    past,
    seen,
    siblings,
  });
}

type Of = { shop: Shop; shopId: bigint; variantId: bigint; now: Date; form: URLSearchParams };

/** Only by the merchant's own hand, and only where Shopify knows the one and no longer the other. */
async function move({ shopId, variantId, form }: Of) {
  const to = idNumber(form.get('to'));
  if (to === undefined) return { outcome: 'unknown' as const };
  return moveShoppers({ shopId, from: variantId, to, clock: systemClock });
}

async function tellThem({ shop, ...of }: Of) {
  const { reach } = await shopStatus(of);
  const reading = { ...of, reach, settings: shop, open: true, limit: 1 };
  return notifyNow({ ...of, readOpenRestock: async (tx) => (await restocks({ ...reading, tx }))[0] });
}

const INTENTS = {
  look: checkInventoryNow,
  tell: tellThem,
  hold: pauseRestock,
  release: resumeRestock,
  pause: (of: Of) => pauseVariant({ ...of, paused: true }),
  resume: (of: Of) => pauseVariant({ ...of, paused: false }),
  move,
};
type Intent = keyof typeof INTENTS;
/** The outcome in which each has done what it promises; any other has words of its own. */
const DONE: Record<Intent, string> = {
  look: 'looking',
  tell: 'looking',
  hold: 'held',
  release: 'looking',
  pause: 'paused',
  resume: 'looking',
  move: 'moved',
};
/** Outcomes that mean the same whatever was pressed. */
const COMMON = ['not_open', 'unknown'];

export async function action({ request, params }: ActionFunctionArgs) {
  const { shop, form } = await merchantPosting(request);
  const act = byIntent<(of: Of) => Promise<{ outcome: string }>>(form, INTENTS);
  const intent = form.get('intent') as Intent;
  const variantId = idNumber(params.variantId);
  if (variantId === undefined) throw missing();
  const of = { shop, shopId: shop.id, variantId, now: systemClock(), form };
  if ((await waitlistOfVariant(of)) === null) throw missing();
  const { outcome } = await act(of);
  // What cannot be moved is said beside the choice, and stays there.
  if (intent === 'move' && outcome !== 'moved') return json({ wrong: outcome });
  if (outcome === DONE[intent]) return json({ outcome, done: intent });
  return json({ outcome, done: COMMON.includes(outcome) ? outcome : `${intent}.${outcome}` });
}

export default function VariantPage() {
  const { now, issue, row, actions, people, next, further, past, seen, siblings } =
    useLoaderData<typeof loader>();
  const { t, relative } = useTranslations();
  const open = past.find((restock) => restock.closedAt === null);
  useRestockPolling({ restocks: past });
  const fetcher = useFetcher<{ done?: string }>();
  useToast(fetcher.data);
  const busy = fetcher.state !== 'idle';
  return (
    <AdminPage
      title={fullName(row)}
      back={{ content: t('waitlist.title'), url: '/app/waitlist' }}
      titleMetadata={
        <VariantStatus row={{ ...row, restocked: open !== undefined, reason: seen[0]?.reason ?? null }} />
      }
    >
      <BlockStack gap="400">
        {issue && <PageIssue issue={issue} />}
        <Card>
          <BlockStack gap="300">
            <VariantName {...row} />
            <Text as="p">
              {row.oldest === null
                ? t('waitlist.people', { waiting: row.waiting })
                : t('waitlist.peopleOldest', {
                    waiting: row.waiting,
                    variant: fullName(row),
                    oldest: relative({ at: row.oldest, now }),
                  })}
            </Text>
            <ButtonGroup>
              {actions.map((intent) => (
                <Button
                  key={intent}
                  disabled={busy}
                  onClick={() => fetcher.submit({ intent }, { method: 'post' })}
                >
                  {t(`variant.${intent}`)}
                </Button>
              ))}
            </ButtonGroup>
            {open && <RestockProgress restock={open} now={now} />}
            {actions.includes('tell') && (
              <Text as="p" tone="subdued" variant="bodySm">
                {t('variant.tell.text')}
              </Text>
            )}
          </BlockStack>
        </Card>
        {row.missing && <MoveShoppers row={row} siblings={siblings} />}
        <RestockHistory restocks={past} />
        <StockChecks checks={seen} />
        <ShoppersTable people={people} next={next} further={further} />
      </BlockStack>
    </AdminPage>
  );
}
