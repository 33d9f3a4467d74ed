// The waitlist's table: a line for each variant.
import { InlineStack, Text } from '@shopify/polaris';
import { LineState } from './line-state.tsx';
import { PagedTable, type Paged } from './paged-table.tsx';
import { fullName, VariantName } from './variant-name.tsx';
import { useWords } from './words.tsx';

export type LineShown = {
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  waiting: number;
  oldest: string;
  units: number | null;
  lookedAt: string | null;
  reason: string | null;
  lookAt: string | null;
  lookDue: boolean;
  paused: boolean;
  missing: boolean;
  restocked: boolean;
};

export function LineTable({ lines, now, ...paged }: Paged & { lines: LineShown[]; now: string }) {
  const { say, relative, number } = useWords();
  const look = (line: LineShown) =>
    line.lookDue
      ? say('waitlist.lookDue')
      : line.lookAt === null
        ? say('waitlist.onChange')
        : relative({ at: line.lookAt, now });
  const url = (line: LineShown) => `/app/waitlist/${line.variantId}`;
  return (
    <PagedTable
      {...paged}
      rows={lines}
      singular={fullName(lines[0] ?? { productTitle: '', title: '' })}
      plural={say('waitlist.title')}
      headings={[
        { title: say('waitlist.product') },
        { title: say('waitlist.waiting'), alignment: 'end' },
        { title: say('waitlist.oldest') },
        { title: say('waitlist.units'), alignment: 'end' },
        { title: say('waitlist.state') },
        { title: say('waitlist.nextLook') },
      ]}
      id={(line) => line.variantId}
      url={url}
      cells={(line) => [
        <VariantName {...line} url={url(line)} />,
        number(line.waiting),
        relative({ at: line.oldest, now }),
        line.units === null ? '–' : number(line.units),
        <LineState line={line} />,
        look(line),
      ]}
      card={(line) => (
        <InlineStack gap="200" blockAlign="center">
          <LineState line={line} />
          <Text as="span">{say('waitlist.people', { waiting: line.waiting })}</Text>
        </InlineStack>
      )}
    />
  );
}
