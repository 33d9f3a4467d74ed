// Settings, saved together or not at all; among them where the button shows.
import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from '@remix-run/node';
import { useFetcher, useLoaderData } from '@remix-run/react';
import { SaveBar } from '@shopify/app-bridge-react';
import { Banner, BlockStack, Card, Checkbox, FormLayout, Text, TextField } from '@shopify/polaris';
import { authenticateMerchant, byIntent, merchantPosting } from '../../authenticate.server.ts';
import { AdminPage } from '../../components/admin-page.tsx';
import { useToast } from '../../components/use-toast.ts';
import { retryFailedEvents } from '../../conversation/event-store.server.ts';
import { sendTestMessage } from '../../conversation/send-test-message.server.ts';
import { CUSTOM_MESSAGES, type Overrides } from '../../i18n/custom-messages.ts';
import { changedMessages, defaultMessages, invalidMessages } from '../../i18n/shopper.ts';
import { useTranslations } from '../../i18n/use-translations.tsx';
import { systemClock } from '../../lib/clock.ts';
import { pageOf, setRateLimit } from '../../messenger/pages.server.ts';
import { locationsOf } from '../../shopify/product-queries.server.ts';
import { clockText, leftOutRules, readSettings } from '../../shopify/settings-form.ts';
import { saveSettings } from '../../shopify/settings.server.ts';
import type { Shop } from '../../shopify/shops.server.ts';
import { requestAllStockChecks } from '../../stock/check-requests.server.ts';
import { DeliverySettings, InventorySettings } from './delivery-settings.tsx';
import { MessageEditor } from './message-editor.tsx';
import { type SettingsForm, useSettingsForm } from './use-settings-form.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const [page, locations] = await Promise.all([
    pageOf({ shopId: shop.id }),
    // The rest of the page must not fail because Shopify doesn't answer.
    locationsOf({ shopId: shop.id, clock: systemClock }).catch(() => null),
  ]);
  return json({
    shopName: shop.name,
    timezone: shop.timezone,
    shopLocale: shop.locale,
    locations,
    ours: defaultMessages(),
    messages: CUSTOM_MESSAGES,
    settings: {
      sendPolicy: shop.sendPolicy,
      shoppersPerUnit: String(shop.shoppersPerUnit),
      batchIntervalMinutes: String(shop.batchIntervalMinutes),
      minimumStock: String(shop.minimumStock),
      sendDelaySeconds: String(shop.sendDelaySeconds),
      restockCooldownMinutes: String(shop.restockCooldownMinutes),
      messagesPerSecond: String(page?.messagesPerSecond ?? 30),
      quietHours: shop.quietHoursStart !== null,
      quietHoursStart: clockText(shop.quietHoursStart ?? 22 * 60),
      quietHoursEnd: clockText(shop.quietHoursEnd ?? 8 * 60),
      notifyOnPreorder: shop.notifyOnPreorder,
      buttonHidden: shop.buttonHidden,
      leftOut: shownRules(shop),
      locationIds: shop.locationIds.map(String),
      customMessages: shop.customMessages as Overrides,
    },
  });
}

/** The rules by which products are left out, as the form shows them. */
function shownRules(shop: Shop) {
  const { tags = [], collections = [], ...rules } = leftOutRules.parse(shop.leftOut);
  const off = { gift_cards: false, preorder: false, free: false };
  return { ...off, ...rules, tags: tags.join(', '), collections: collections.join(', ') };
}

type Of = { shop: Shop; form: URLSearchParams; now: Date };

async function save({ shop, form, now }: Of) {
  const read = readSettings(form.get('settings') ?? '');
  if ('errors' in read) return json({ errors: read.errors }, { status: 422 });
  const texts = changedMessages(read.settings.customMessages);
  const errors = invalidMessages(texts);
  if (Object.keys(errors).length > 0) return json({ errors }, { status: 422 });
  await saveSettings({
    shopId: shop.id,
    settings: { ...read.settings, customMessages: texts },
    then: async (tx) => {
      await setRateLimit({ shopId: shop.id, perSecond: read.settings.messagesPerSecond, tx });
      // What was decided under the old settings is looked at again under the new ones.
      await requestAllStockChecks({ tx, shopId: shop.id, now });
      await retryFailedEvents({ tx, whose: { shopId: shop.id }, now });
    },
  });
  return json({ done: 'saved' });
}

/** What is written, saved or not, in the merchant's own Messenger. */
async function sendTest({ shop, form, now }: Of) {
  const given = (name: string) => (form.get(name) ?? '').slice(0, 4_000);
  const [message, locale, text, of] = [given('message'), given('locale'), given('text'), given('of')];
  const sent = await sendTestMessage({ shop, message, locale, text, now });
  if (sent.outcome === 'sent') return json({ done: 'draft' });
  const wrong = sent.outcome === 'wrong' ? `error.${sent.error}` : sent.outcome;
  return json({ wrong, of }, { status: 422 });
}

const INTENTS = {
  save,
  'send-test': sendTest,
};

export async function action({ request }: ActionFunctionArgs) {
  const { shop, form } = await merchantPosting(request);
  return byIntent(form, INTENTS)({ shop, form, now: systemClock() });
}

const NO_ERRORS = {};

export default function Settings() {
  const loaded = useLoaderData<typeof loader>();
  const { t } = useTranslations();
  const fetcher = useFetcher<{ errors?: Record<string, string>; done?: string }>();
  useToast(fetcher.data);
  const form = useSettingsForm({
    saved: loaded.settings,
    errors: fetcher.data?.errors ?? NO_ERRORS,
    submit: (settings) =>
      fetcher.submit(
        { intent: 'save', settings: JSON.stringify(settings) },
        { method: 'post', action: '/app/settings' },
      ),
  });
  const busy = fetcher.state !== 'idle';
  return (
    <AdminPage title={t('nav.settings')}>
      <SaveBar id="settings-save-bar" open={form.changed}>
        <button variant="primary" onClick={form.save} {...(busy ? { loading: '' } : {})}>
          {t('settings.save')}
        </button>
        <button onClick={form.discard} disabled={busy}>
          {t('settings.discard')}
        </button>
      </SaveBar>
      <BlockStack gap="400">
        {form.wrong > 0 && <Banner tone="critical" title={t('settings.wrong', { wrong: form.wrong })} />}
        <DeliverySettings form={form} timezone={loaded.timezone} />
        <InventorySettings form={form} locations={loaded.locations} />
        <ButtonSettings form={form} />
        <MessageEditor
          form={form}
          ours={loaded.ours}
          messages={loaded.messages}
          shopName={loaded.shopName}
          shopLocale={loaded.shopLocale}
        />
      </BlockStack>
    </AdminPage>
  );
}

function ButtonSettings({ form }: { form: SettingsForm }) {
  const { t, code } = useTranslations();
  const { buttonHidden, leftOut } = form.values;
  const setRule = (rule: Partial<typeof leftOut>) => form.set('leftOut', { ...leftOut, ...rule });
  const list = (name: 'tags' | 'collections') => {
    const error = form.errorOf(`leftOut.${name}`);
    return (
      <TextField
        label={t(`settings.leftOut.${name}`)}
        helpText={t(`settings.leftOut.${name}.text`)}
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
          {t('settings.button')}
        </Text>
        <FormLayout>
          <Checkbox
            label={t('settings.buttonHidden')}
            helpText={t('settings.buttonHidden.text')}
            checked={buttonHidden}
            onChange={(hidden) => form.set('buttonHidden', hidden)}
          />
          <Text as="h3" variant="headingSm">
            {t('settings.leftOut')}
          </Text>
          <Text as="p" tone="subdued">
            {t('settings.leftOut.text')}
          </Text>
          {list('tags')}
          {list('collections')}
          {(['gift_cards', 'preorder', 'free'] as const).map((rule) => (
            <Checkbox
              key={rule}
              label={t(`settings.leftOut.${rule}`)}
              checked={leftOut[rule]}
              onChange={(on) => setRule({ [rule]: on })}
            />
          ))}
        </FormLayout>
      </BlockStack>
    </Card>
  );
}
