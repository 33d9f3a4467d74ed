// A Page's trouble in the merchant's words, for whoever tells of it outside the admin's pages.
import { enCodes } from './admin/en.ts';
import { esCodes } from './admin/es.ts';

export function explainIssue({ trouble, locale }: { trouble: string; locale: string }): {
  happened: string;
  remedy: string;
} {
  const words: Record<string, string> = locale.toLowerCase().startsWith('es') ? esCodes : enCodes;
  return { happened: words[`trouble.${trouble}`] ?? trouble, remedy: words[`trouble.${trouble}.do`] ?? '' };
}
