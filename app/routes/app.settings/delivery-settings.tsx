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
  'unitsFactor' | 'waveMinutes' | 'minimumUnits' | 'holdOffSeconds' | 'flapGuardMinutes' | 'perSecond';

export function NumberField({ form, name, suffix }: { form: SettingsForm; name: NumberName; suffix: Word }) {
  const { say, code } = useTranslations();
  const error = form.errorOf(name);
  return (
    <TextField
      label={say(`settings.${name}`)}
      helpText={say(`settings.${name}.text`)}
      type="number"
      inputMode="numeric"
      min={0}
      value={form.values[name]}
      suffix={say(suffix)}
      onChange={(value) => form.set(name, value)}
      error={error && code('error', error)}
      autoComplete="off"
    />
  );
}

function TimeField({ form, name }: { form: SettingsForm; name: 'quietFrom' | 'quietUntil' }) {
  const { say, code } = useTranslations();
  const error = form.errorOf(name);
  return (
    <TextField
      label={say(`settings.${name}`)}
      type="time"
      value={form.values[name]}
      onChange={(value) => form.set(name, value)}
      error={error && code('error', error)}
      autoComplete="off"
    />
  );
}

export function DeliverySettings({ form, timezone }: { form: SettingsForm; timezone: string }) {
  const { say } = useTranslations();
  const { values } = form;
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {say('settings.telling')}
        </Text>
        <FormLayout>
          <ChoiceList
            title={say('settings.policy')}
            choices={(['fair', 'everyone'] as const).map((value) => ({
              value,
              label: say(`settings.policy.${value}`),
              helpText: say(`settings.policy.${value}.text`),
            }))}
            selected={[values.policy]}
            onChange={([policy]) => form.set('policy', policy ?? 'fair')}
          />
          {values.policy === 'fair' && (
            <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
              <NumberField form={form} name="unitsFactor" suffix="unit.people" />
              <NumberField form={form} name="waveMinutes" suffix="unit.minutes" />
            </InlineGrid>
          )}
          <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
            <NumberField form={form} name="holdOffSeconds" suffix="unit.seconds" />
            <NumberField form={form} name="flapGuardMinutes" suffix="unit.minutes" />
            <NumberField form={form} name="perSecond" suffix="unit.perSecond" />
          </InlineGrid>
          <Checkbox
            label={say('settings.quiet')}
            helpText={say('settings.quiet.text', { timezone })}
            checked={values.quiet}
            onChange={(quiet) => form.set('quiet', quiet)}
          />
          {values.quiet && (
            <InlineGrid columns={2} gap="400">
              <TimeField form={form} name="quietFrom" />
              <TimeField form={form} name="quietUntil" />
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
  const { say } = useTranslations();
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
