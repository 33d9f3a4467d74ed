// Who is told when: the policy, its numbers, quiet hours and the Page's pace.
import {
  BlockStack,
  Card,
  Checkbox,
  ChoiceList,
  FormLayout,
  InlineGrid,
  Text,
  TextField,
} from '@shopify/polaris';
import type { SettingsForm } from './use-settings.ts';
import { useWords, type Text as Word } from './words.tsx';

type NumberName =
  'unitsFactor' | 'waveMinutes' | 'minimumUnits' | 'holdOffSeconds' | 'flapGuardMinutes' | 'perSecond';

export function NumberField({ form, name, suffix }: { form: SettingsForm; name: NumberName; suffix: Word }) {
  const { say, code } = useWords();
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
  const { say, code } = useWords();
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

export function TellingSettings({ form, timezone }: { form: SettingsForm; timezone: string }) {
  const { say } = useWords();
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
