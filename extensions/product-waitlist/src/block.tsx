// The block on the admin's product page: per variant how many wait, since when, and what is going on, each with its way into the app.
import '@shopify/ui-extensions/preact';
import { render } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { oldest, readWaitlist, TONES, type Line, type Waitlist } from './waitlist.ts';

declare const shopify: import('@shopify/ui-extensions/admin.product-details.block.render').Api;

type Shown = 'loading' | 'failed' | Waitlist;

export default function show(): void {
  render(<Block />, document.body);
}

/** A text that counts, with the number as the merchant writes it. */
const counted = (key: string, count: number): string =>
  shopify.i18n.translate(key, { count, number: shopify.i18n.formatNumber(count) });

function Block() {
  const { i18n, data } = shopify;
  const productId = data.selected[0]?.id.split('/').at(-1) ?? '';
  const [shown, setShown] = useState<Shown>('loading');
  const read = useCallback(() => {
    setShown('loading');
    readWaitlist({ productId }).then(setShown, () => setShown('failed'));
  }, [productId]);
  useEffect(read, [read]);

  return (
    <s-admin-block heading={i18n.translate('name')}>
      {shown === 'loading' ? (
        <s-stack direction="inline" gap="small" alignItems="center">
          <s-spinner accessibilityLabel={i18n.translate('loading')} />
          <s-text color="subdued">{i18n.translate('loading')}</s-text>
        </s-stack>
      ) : shown === 'failed' ? (
        <s-stack gap="base">
          <s-banner tone="warning">{i18n.translate('failed')}</s-banner>
          <s-button onClick={read}>{i18n.translate('again')}</s-button>
        </s-stack>
      ) : shown.lines.length === 0 ? (
        <s-text color="subdued">{i18n.translate('empty')}</s-text>
      ) : (
        <Lines {...shown} />
      )}
    </s-admin-block>
  );
}

function Lines({ lines, waiting, more }: Waitlist) {
  const { i18n } = shopify;
  return (
    <s-stack gap="base">
      <s-text type="strong">{counted('people', waiting)}</s-text>
      <s-table>
        <s-table-header-row>
          <s-table-header listSlot="primary">{i18n.translate('column.variant')}</s-table-header>
          <s-table-header listSlot="labeled" format="numeric">
            {i18n.translate('column.waiting')}
          </s-table-header>
          <s-table-header listSlot="labeled">{i18n.translate('column.oldest')}</s-table-header>
          <s-table-header listSlot="inline">{i18n.translate('column.state')}</s-table-header>
        </s-table-header-row>
        <s-table-body>
          {lines.map((line) => (
            <Row key={line.variantId} line={line} />
          ))}
        </s-table-body>
      </s-table>
      <s-stack direction="inline" gap="small">
        {more > 0 && <s-text color="subdued">{counted('more', more)}</s-text>}
        <s-link href="app:app/waitlist">{i18n.translate('all')}</s-link>
      </s-stack>
    </s-stack>
  );
}

/** Shopify's own name for the variant of a product that has no options. */
const nameOf = ({ title }: Line): string =>
  title === 'Default Title' ? shopify.i18n.translate('only') : title;

function Row({ line }: { line: Line }) {
  const { i18n } = shopify;
  const days = oldest({ since: line.oldest, now: Date.now() });
  return (
    <s-table-row>
      <s-table-cell>
        <s-link href={`app:app/waitlist/${line.variantId}`}>{nameOf(line)}</s-link>
      </s-table-cell>
      <s-table-cell>
        {line.waiting === 0 ? i18n.translate('nobody') : i18n.formatNumber(line.waiting)}
      </s-table-cell>
      <s-table-cell>
        {days === null ? '' : days === 0 ? i18n.translate('today') : counted('days', days)}
      </s-table-cell>
      <s-table-cell>
        <s-badge tone={TONES[line.state]}>{i18n.translate(`state.${line.state}`)}</s-badge>
      </s-table-cell>
    </s-table-row>
  );
}
