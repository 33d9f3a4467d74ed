// Where the button shows: everywhere, on no page at all, or not for some products.
import { BlockStack, Card, Checkbox, FormLayout, Text, TextField } from '@shopify/polaris';
import { useTranslations } from '../../i18n/use-translations.tsx';
import type { SettingsForm } from './use-settings-form.ts';

export function ButtonSettings({ form }: { form: SettingsForm }) {
  const { say, code } = useTranslations();
  const { buttonHidden, leftOut } = form.values;
  const setRule = (rule: Partial<typeof leftOut>) => form.set('leftOut', { ...leftOut, ...rule });
  const list = (name: 'tags' | 'collections') => {
    const error = form.errorOf(`leftOut.${name}`);
    return (
      <TextField
        label={say(`settings.leftOut.${name}`)}
        helpText={say(`settings.leftOut.${name}.text`)}
        value={leftOut[name]}
        onChange={(value) => setRule({ [name]: value })}
        error={error && code('error', error)}
        autoComplete="off"
      />
    );
  };
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {say('settings.button')}
        </Text>
        <FormLayout>
          <Checkbox
            label={say('settings.buttonHidden')}
            helpText={say('settings.buttonHidden.text')}
            checked={buttonHidden}
            onChange={(hidden) => form.set('buttonHidden', hidden)}
          />
          <Text as="h3" variant="headingSm">
            {say('settings.leftOut')}
          </Text>
          <Text as="p" tone="subdued">
            {say('settings.leftOut.text')}
          </Text>
          {list('tags')}
          {list('collections')}
          {(['gift_cards', 'preorder', 'free'] as const).map((rule) => (
            <Checkbox
              key={rule}
              label={say(`settings.leftOut.${rule}`)}
              checked={leftOut[rule]}
              onChange={(on) => setRule({ [rule]: on })}
            />
          ))}
        </FormLayout>
      </BlockStack>
    </Card>
  );
}
