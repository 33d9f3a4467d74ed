// How far a restock's telling has come: so many of so many, and how long it will take; or what it waits for.
import { BlockStack, ProgressBar, Text } from '@shopify/polaris';
import { minutesLeft } from '../restock/minutes-left.ts';
import { useComeBack } from './come-back.ts';
import type { RestockShown } from './lately.tsx';
import { useWords } from './words.tsx';

/** From so many people on a bar says more than a sentence. */
const WORTH_A_BAR = 50;

const EVERY_MS = 10_000;

/** Keeps the page's figures going while somebody is being told. */
export function useTelling({ restocks, now }: { restocks: RestockShown[]; now: string }): void {
  const watching = restocks.some(
    (each) =>
      each.closedAt === null && !each.held && (minutesLeft(each) !== null || (each.holdUntil ?? '') > now),
  );
  useComeBack({ watching, everyMs: EVERY_MS });
}

export function Telling({ restock, now }: { restock: RestockShown; now: string }) {
  const { say, relative } = useWords();
  const { restockId, told, waiting, holdUntil, waveAt, held } = restock;
  const all = told + waiting;
  const minutes = held ? null : minutesLeft(restock);
  const soon = held
    ? say('soon.held')
    : holdUntil !== null && holdUntil > now
      ? say('soon.holdOff', { when: relative({ at: holdUntil, now }) })
      : minutes !== null
        ? say('soon.minutes', { minutes })
        : waveAt !== null && waveAt > now && waiting > 0
          ? say('soon.wave', { when: relative({ at: waveAt, now }) })
          : undefined;
  const units = restock.units === null ? say('soon.untracked') : say('soon.units', { units: restock.units });
  const id = `telling-${restockId}`;
  return (
    <BlockStack gap="150">
      <Text as="p" tone="subdued" id={id}>
        {[all === 0 ? say('soon.nobody') : say('soon.toldOf', { told, all }), units, soon]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      {all >= WORTH_A_BAR && (
        <ProgressBar
          progress={Math.floor((100 * told) / all)}
          size="small"
          tone="primary"
          animated={false}
          ariaLabelledBy={id}
        />
      )}
    </BlockStack>
  );
}
