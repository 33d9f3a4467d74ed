// The settings while they are edited: unsaved changes and errors by field.
import { useEffect, useState } from 'react';

export type SettingsShown = {
  sendPolicy: string;
  shoppersPerUnit: string;
  batchIntervalMinutes: string;
  minimumStock: string;
  sendDelaySeconds: string;
  restockCooldownMinutes: string;
  messagesPerSecond: string;
  quietHours: boolean;
  quietHoursStart: string;
  quietHoursEnd: string;
  notifyOnPreorder: boolean;
  buttonHidden: boolean;
  /** Tags and collections as the merchant writes them, separated by commas. */
  leftOut: { tags: string; collections: string; gift_cards: boolean; preorder: boolean; free: boolean };
  locationIds: string[];
  customMessages: Record<string, Record<string, string>>;
};

export type SettingsForm = ReturnType<typeof useSettingsForm>;

type Given = {
  saved: SettingsShown;
  errors: Record<string, string>;
  submit: (settings: SettingsShown) => void;
};

export function useSettingsForm({ saved, errors, submit }: Given) {
  const [values, setValues] = useState(saved);
  const [shown, setShown] = useState(errors);
  const asSaved = JSON.stringify(saved);
  // After a save the page's data is read again: what is saved now is the new beginning.
  useEffect(() => setValues(JSON.parse(asSaved) as SettingsShown), [asSaved]);
  useEffect(() => setShown(errors), [errors]);
  const forget = (path: string) => setShown(({ [path]: _gone, ...rest }) => rest);
  return {
    values,
    errorOf: (path: string): string | undefined => shown[path],
    wrong: Object.keys(shown).length,
    changed: JSON.stringify(values) !== asSaved,
    set<Name extends keyof SettingsShown>(name: Name, value: SettingsShown[Name]): void {
      setValues((before) => ({ ...before, [name]: value }));
      forget(name);
    },
    setText({ locale, message, text }: { locale: string; message: string; text: string }): void {
      setValues((before) => {
        const { [message]: _before, ...others } = before.customMessages[locale] ?? {};
        const own = text === '' ? others : { ...others, [message]: text };
        const { [locale]: _locale, ...rest } = before.customMessages;
        return { ...before, customMessages: Object.keys(own).length > 0 ? { ...rest, [locale]: own } : rest };
      });
      forget(`customMessages.${locale}.${message}`);
    },
    save: () => submit(values),
    discard: () => {
      setValues(saved);
      setShown({});
    },
  };
}
