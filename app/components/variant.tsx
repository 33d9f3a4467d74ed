// A variant as the merchant recognises it: picture, product, variant.
import {
  Badge,
  type BadgeProps,
  BlockStack,
  Box,
  InlineStack,
  Link,
  Text,
  Thumbnail,
} from '@shopify/polaris';
import { ImageIcon } from '@shopify/polaris-icons';
import { useTranslations } from '../i18n/use-translations.tsx';
import { variantStatus, type VariantStatus as State } from '../reports/explain.ts';

/** Shopify calls the only variant of a product "Default Title": nobody says that of a product. */
export const variantTitle = (title: string) => (title === 'Default Title' ? '' : title);

export const fullName = ({ productTitle, title }: { productTitle: string; title: string }) =>
  [productTitle, variantTitle(title)].filter(Boolean).join(', ');

/** The CDN scales a picture by itself; other addresses are taken as they are. */
const small = (imageUrl: string) => {
  const url = new URL(imageUrl);
  if (url.hostname === 'cdn.shopify.com') url.searchParams.set('width', '80');
  return url.toString();
};

export function VariantName({
  productTitle,
  title,
  imageUrl,
  url,
  size = 'small',
}: {
  productTitle: string;
  title: string;
  imageUrl: string | null;
  /** Makes the name the row's own link. */
  url?: string;
  size?: 'extraSmall' | 'small';
}) {
  return (
    <InlineStack gap="300" align="start" blockAlign="center" wrap={false}>
      <Box width="40px" minWidth="40px">
        <Thumbnail source={imageUrl === null ? ImageIcon : small(imageUrl)} alt="" size={size} />
      </Box>
      <BlockStack>
        <Text as="span" fontWeight="medium" breakWord>
          {url ? (
            <Link url={url} dataPrimaryLink monochrome removeUnderline>
              {productTitle}
            </Link>
          ) : (
            productTitle
          )}
        </Text>
        {variantTitle(title) && (
          <Text as="span" tone="subdued" breakWord>
            {variantTitle(title)}
          </Text>
        )}
      </BlockStack>
    </InlineStack>
  );
}

const TONES: Partial<Record<State, BadgeProps['tone']>> = {
  missing: 'warning',
  paused: 'attention',
  restocked: 'success',
};

export function VariantStatus({ row }: { row: Parameters<typeof variantStatus>[0] }) {
  const { t } = useTranslations();
  const state = variantStatus(row);
  return <Badge tone={TONES[state]}>{t(`state.${state}`)}</Badge>;
}
