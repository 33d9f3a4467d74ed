// Tabs, search, filter and order of the waitlist; they live in the address, so that the way back keeps them.
import { useNavigate, useSearchParams } from '@remix-run/react';
import {
  BlockStack,
  Box,
  Button,
  ButtonGroup,
  Card,
  EmptyState,
  InlineGrid,
  Select,
  TextField,
} from '@shopify/polaris';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslations } from '../i18n/use-translations.tsx';

const QUIET_MS = 300;

type Choice = { value: string; label: string };

type Props = { search: string; sort: string; sorts: Choice[]; filter: string; filters: Choice[] };

export function ListFilters({ search, sort, sorts, filter, filters }: Props) {
  const { t } = useTranslations();
  const [, setParams] = useSearchParams();
  const [text, setText] = useState(search);
  const pending = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(pending.current), []);

  const ask = (name: string, value: string) =>
    setParams(
      (params) => {
        if (value) params.set(name, value);
        else params.delete(name);
        params.delete('after');
        return params;
      },
      { replace: true, preventScrollReset: true },
    );
  const type = (value: string) => {
    setText(value);
    clearTimeout(pending.current);
    pending.current = setTimeout(() => ask('search', value.trim()), QUIET_MS);
  };
  return (
    <Box padding="300">
      <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird', 'oneThird'] }} gap="200">
        <TextField
          label={t('waitlist.search')}
          labelHidden
          placeholder={t('waitlist.search')}
          value={text}
          onChange={type}
          autoComplete="off"
          type="search"
          clearButton
          onClearButtonClick={() => type('')}
        />
        <Select
          label={t('waitlist.filter')}
          labelInline
          value={filter}
          options={filters}
          onChange={(value) => ask('filter', value)}
        />
        <Select
          label={t('waitlist.sort')}
          labelInline
          value={sort}
          options={sorts}
          onChange={(value) => ask('sort', value)}
        />
      </InlineGrid>
    </Box>
  );
}

/** What the address does not name, or names wrongly, is the first of its kind. */
const oneOf = <T extends string>(allowed: readonly T[], text: string | null): T =>
  allowed.find((each) => each === text) ?? allowed[0]!;

export function listQuery<Sort extends string, Filter extends string>({
  request,
  sorts,
  filters,
}: {
  request: Request;
  sorts: readonly Sort[];
  filters: readonly Filter[];
}) {
  const asked = new URL(request.url).searchParams;
  return {
    search: (asked.get('search') ?? '').slice(0, 100),
    sort: oneOf(sorts, asked.get('sort')),
    filter: oneOf(filters, asked.get('filter')),
    after: asked.get('after'),
  };
}

const WAYS = [
  { id: 'variants', url: '/app/waitlist' },
  { id: 'shoppers', url: '/app/waitlist/shoppers' },
] as const;

export function WaitlistTabs({
  way,
  nobody,
  children,
}: {
  way: (typeof WAYS)[number]['id'];
  nobody: boolean;
  children: ReactNode;
}) {
  const { t } = useTranslations();
  const navigate = useNavigate();
  return (
    <BlockStack gap="300">
      <Box paddingInline={{ xs: '400', sm: '0' }}>
        <ButtonGroup variant="segmented">
          {WAYS.map(({ id, url }) => (
            <Button key={id} pressed={id === way} onClick={() => navigate(url)}>
              {t(`waitlist.by.${id}`)}
            </Button>
          ))}
        </ButtonGroup>
      </Box>
      {nobody ? (
        <Card>
          <EmptyState heading={t('waitlist.empty')} image="">
            <p>{t('waitlist.empty.text')}</p>
          </EmptyState>
        </Card>
      ) : (
        <Card padding="0">
          <BlockStack>{children}</BlockStack>
        </Card>
      )}
    </BlockStack>
  );
}
