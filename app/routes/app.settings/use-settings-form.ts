// The settings while they are edited: unsaved changes and errors by field.
import { useEffect, useState } from 'react';

export type SettingsShown = {
  policy: string;
  unitsFactor: string;
  waveMinutes: string;
  minimumUnits: string;
  holdOffSeconds: string;
  flapGuardMinutes: string;
  perSecond: string;
  quiet: boolean;
  quietFrom: string;
  quietUntil: string;
  tellPreorder: boolean;
  buttonHidden: boolean;
  /** Tags and collections as the merchant writes them, separated by commas. */
  leftOut: { tags: string; collections: string; gift_cards: boolean; preorder: boolean; free: boolean };
  locationIds: string[];
  texts: Record<string, Record<string, string>>;
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
        const { [message]: _before, ...others } = before.texts[locale] ?? {};
        const own = text === '' ? others : { ...others, [message]: text };
        const { [locale]: _locale, ...rest } = before.texts;
        return { ...before, texts: Object.keys(own).length > 0 ? { ...rest, [locale]: own } : rest };
      });
      forget(`texts.${locale}.${message}`);
    },
    save: () => submit(values),
    discard: () => {
      setValues(saved);
      setShown({});
    },
  };
}
