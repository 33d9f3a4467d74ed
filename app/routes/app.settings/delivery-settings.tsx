// Who is notified when: send policy, quiet hours, rate limit; and which stock counts.
import {
  Banner,
  BlockStack,
  Card,
  Checkbox,
  ChoiceList,
  FormLayout,
  InlineGrid,
  Text,
  TextField,
} from '@shopify/polaris';
import { useTranslations, type Text as Word } from '../../i18n/use-translations.tsx';
import type { SettingsForm } from './use-settings-form.ts';

type NumberName =
  | 'shoppersPerUnit'
  | 'batchIntervalMinutes'
  | 'minimumStock'
  | 'sendDelaySeconds'
  | 'restockCooldownMinutes'
  | 'messagesPerSecond';

export function NumberField({ form, name, suffix }: { form: SettingsForm; name: NumberName; suffix: Word }) {
  const { t, code } = useTranslations();
  const error = form.errorOf(name);
  return (
    <TextField
      label={t(`settings.${name}`)}
      helpText={t(`settings.${name}.text`)}
      type="number"
      inputMode="numeric"
      min={0}
      value={form.values[name]}
      suffix={t(suffix)}
      onChange={(value) => form.set(name, value)}
      error={error && code('error', error)}
      autoComplete="off"
    />
  );
}

function TimeField({ form, name }: { form: SettingsForm; name: 'quietHoursStart' | 'quietHoursEnd' }) {
  const { t, code } = useTranslations();
  const error = form.errorOf(name);
  return (
    <TextField
      label={t(`settings.${name}`)}
      type="time"
      value={form.values[name]}
      onChange={(value) => form.set(name, value)}
      error={error && code('error', error)}
      autoComplete="off"
    />
  );
}

export function DeliverySettings({ form, timezone }: { form: SettingsForm; timezone: string }) {
  const { t } = useTranslations();
  const { values } = form;
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t('settings.telling')}
        </Text>
        <FormLayout>
          <ChoiceList
            title={t('settings.policy')}
            choices={(['batches', 'all_at_once'] as const).map((value) => ({
              value,
              label: t(`settings.policy.${value}`),
              helpText: t(`settings.policy.${value}.text`),
            }))}
            selected={[values.sendPolicy]}
            onChange={([policy]) => form.set('sendPolicy', policy ?? 'batches')}
          />
          {values.sendPolicy === 'batches' && (
            <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
              <NumberField form={form} name="shoppersPerUnit" suffix="unit.people" />
              <NumberField form={form} name="batchIntervalMinutes" suffix="unit.minutes" />
            </InlineGrid>
          )}
          <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
            <NumberField form={form} name="sendDelaySeconds" suffix="unit.seconds" />
            <NumberField form={form} name="restockCooldownMinutes" suffix="unit.minutes" />
            <NumberField form={form} name="messagesPerSecond" suffix="unit.perSecond" />
          </InlineGrid>
          <Checkbox
            label={t('settings.quietHours')}
            helpText={t('settings.quietHours.text', { timezone })}
            checked={values.quietHours}
            onChange={(quiet) => form.set('quietHours', quiet)}
          />
          {values.quietHours && (
            <InlineGrid columns={2} gap="400">
              <TimeField form={form} name="quietHoursStart" />
              <TimeField form={form} name="quietHoursEnd" />
            </InlineGrid>
          )}
        </FormLayout>
      </BlockStack>
    </Card>
  );
}

type Props = {
  form: SettingsForm;
  /** null: Shopify did not answer. */
  locations: { locationId: string; name: string; online: boolean }[] | null;
};

export function InventorySettings({ form, locations }: Props) {
  const { t } = useTranslations();
  const { values } = form;
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t('settings.stock')}
        </Text>
        <FormLayout>
          <NumberField form={form} name="minimumStock" suffix="unit.units" />
          {locations === null ? (
            <Banner tone="warning" title={t('settings.locations.silent')} />
          ) : (
            <ChoiceList
              allowMultiple
              title={t('settings.locations')}
              choices={locations.map(({ locationId, name, online }) => ({
                value: locationId,
                label: online ? name : t('settings.locations.offline', { name }),
              }))}
              selected={values.locationIds}
              onChange={(ids) => form.set('locationIds', ids)}
            />
          )}
          <Text as="p" tone="subdued">
            {t('settings.locations.text')}
          </Text>
          <Checkbox
            label={t('settings.notifyOnPreorder')}
            helpText={t('settings.notifyOnPreorder.text')}
            checked={values.notifyOnPreorder}
            onChange={(tell) => form.set('notifyOnPreorder', tell)}
          />
        </FormLayout>
      </BlockStack>
    </Card>
  );
}
