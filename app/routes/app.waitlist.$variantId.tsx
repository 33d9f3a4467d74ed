// One variant's line: its people, what we saw and why, its restocks, and what the merchant may do about it.
import { json, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node';
import { useFetcher, useLoaderData } from '@remix-run/react';
import { BlockStack, Button, ButtonGroup, Card, Text } from '@shopify/polaris';
import { AdminPage } from '../components/admin-page.tsx';
import { useDone } from '../components/done.ts';
import { LineState } from '../components/line-state.tsx';
import { Looks } from '../components/looks.tsx';
import { MoveWaiters } from '../components/move-waiters.tsx';
import { PeopleTable } from '../components/people-table.tsx';
import { RestockHistory } from '../components/restock-history.tsx';
import { Telling, useTelling } from '../components/telling.tsx';
import { fullName, VariantName } from '../components/variant-name.tsx';
import { useWords } from '../components/words.tsx';
import { systemClock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { merchantAt } from '../merchant.server.ts';
import { hold, lookNow, moveWaiters, pauseVariant, release, tellNow } from '../restock/merchant.server.ts';
import { looks, restocks } from '../restock/restock-report.server.ts';
import { variantsOfProduct } from '../shops/product-variants.server.ts';
import { lineOf, peopleOf, readCursor } from '../waitlist/line-report.server.ts';

const missing = () => new Response('Not found', { status: 404 });

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { shop } = await merchantAt(request);
  const now = systemClock();
  const variantId = idNumber(params.variantId);
  if (variantId === undefined) throw missing();
  const of = { shopId: shop.id, variantId, now };
  const asked = new URL(request.url).searchParams;
  const [line, { people, next }, past, seen] = await Promise.all([
    lineOf(of),
    peopleOf({ ...of, after: readCursor(asked.get('after')) }),
    restocks(of),
    looks(of),
  ]);
  if (line === null) throw missing();
  const { productId, ...shown } = line;
  const siblings =
    line.missing && line.waiting > 0
      ? // The rest of the page must not fail because Shopify doesn't answer.
        await variantsOfProduct({ shopId: shop.id, productId: BigInt(productId), clock: systemClock }).catch(
          () => null,
        )
      : [];
  return json({ now, line: shown, people, next, further: asked.has('after'), past, seen, siblings });
}

type Of = { shopId: bigint; variantId: bigint; now: Date; form: FormData };

/** Only by the merchant's own hand, and only where Shopify knows the one and no longer the other. */
async function move({ shopId, variantId, form }: Of) {
  const to = idNumber(form.get('to'));
  if (to === undefined) return { outcome: 'unknown' as const };
  return moveWaiters({ shopId, from: variantId, to, clock: systemClock });
}

const INTENTS = {
  look: lookNow,
  tell: tellNow,
  hold,
  release,
  pause: (of: Of) => pauseVariant({ ...of, paused: true }),
  resume: (of: Of) => pauseVariant({ ...of, paused: false }),
  move,
};
type Intent = keyof typeof INTENTS;

export async function action({ request, params }: ActionFunctionArgs) {
  const { shop } = await merchantAt(request);
  const variantId = idNumber(params.variantId);
  const form = await request.formData();
  const intent = form.get('intent');
  if (variantId === undefined) throw missing();
  if (typeof intent !== 'string' || !Object.hasOwn(INTENTS, intent))
    throw new Response('Unknown intent', { status: 400 });
  const of = { shopId: shop.id, variantId, now: systemClock(), form };
  if ((await lineOf(of)) === null) throw missing();
  const { outcome } = await INTENTS[intent as Intent](of);
  // What cannot be moved is said beside the choice, and stays there.
  if (intent === 'move' && outcome !== 'moved') return json({ wrong: outcome });
  const refused = outcome === 'not_open' || outcome === 'unknown';
  return json({ outcome, done: refused ? outcome : intent });
}

export default function VariantLine() {
  const { now, line, people, next, further, past, seen, siblings } = useLoaderData<typeof loader>();
  const { say, relative } = useWords();
  const open = past.find((restock) => restock.closedAt === null);
  useTelling({ restocks: past, now });
  const fetcher = useFetcher<{ done?: string }>();
  useDone(fetcher.data);
  const busy = fetcher.state !== 'idle';
  const button = (intent: Intent, words: Parameters<typeof say>[0]) => (
    <Button disabled={busy} onClick={() => fetcher.submit({ intent }, { method: 'post' })}>
      {say(words)}
    </Button>
  );
  return (
    <AdminPage
      title={fullName(line)}
      back={{ content: say('waitlist.title'), url: '/app/waitlist' }}
      titleMetadata={
        <LineState line={{ ...line, restocked: open !== undefined, reason: seen[0]?.reason ?? null }} />
      }
    >
      <BlockStack gap="400">
        <Card>
          <BlockStack gap="300">
            <VariantName {...line} />
            <Text as="p">
              {line.oldest === null
                ? say('waitlist.people', { waiting: line.waiting })
                : say('waitlist.peopleOldest', {
                    waiting: line.waiting,
                    variant: fullName(line),
                    oldest: relative({ at: line.oldest, now }),
                  })}
            </Text>
            <ButtonGroup>
              {button('look', 'variant.lookNow')}
              {open && line.waiting > 0 && button('tell', 'variant.tellNow')}
              {open && (open.held ? button('release', 'variant.release') : button('hold', 'variant.hold'))}
              {line.paused ? button('resume', 'variant.resume') : button('pause', 'variant.pause')}
            </ButtonGroup>
            {open && <Telling restock={open} now={now} />}
            {open && (
              <Text as="p" tone="subdued" variant="bodySm">
                {say('variant.tellNow.text')}
              </Text>
            )}
          </BlockStack>
        </Card>
        {line.missing && <MoveWaiters line={line} siblings={siblings} />}
        <RestockHistory restocks={past} />
        <Looks looks={seen} />
        <PeopleTable people={people} next={next} further={further} />
      </BlockStack>
    </AdminPage>
  );
}
