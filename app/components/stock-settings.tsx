// Which stock counts: a minimum, the locations, and what can only be ordered.
import { Banner, BlockStack, Card, Checkbox, ChoiceList, FormLayout, Text } from '@shopify/polaris';
import { NumberField } from './telling-settings.tsx';
import type { SettingsForm } from './use-settings.ts';
import { useWords } from './words.tsx';

type Props = {
  form: SettingsForm;
  /** null: Shopify did not answer. */
  locations: { locationId: string; name: string; online: boolean }[] | null;
};

export function StockSettings({ form, locations }: Props) {
  const { say } = useWords();
  const { values } = form;
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {say('settings.stock')}
        </Text>
        <FormLayout>
          <NumberField form={form} name="minimumUnits" suffix="unit.units" />
          {locations === null ? (
            <Banner tone="warning" title={say('settings.locations.silent')} />
          ) : (
            <ChoiceList
              allowMultiple
              title={say('settings.locations')}
              choices={locations.map(({ locationId, name, online }) => ({
                value: locationId,
                label: online ? name : say('settings.locations.offline', { name }),
              }))}
              selected={values.locationIds}
              onChange={(ids) => form.set('locationIds', ids)}
            />
          )}
          <Text as="p" tone="subdued">
            {say('settings.locations.text')}
          </Text>
          <Checkbox
            label={say('settings.tellPreorder')}
            helpText={say('settings.tellPreorder.text')}
            checked={values.tellPreorder}
            onChange={(tell) => form.set('tellPreorder', tell)}
          />
        </FormLayout>
      </BlockStack>
    </Card>
  );
}
