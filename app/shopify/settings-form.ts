// The merchant's settings as a form sends them, what is wrong with them, and the rules by which products are left out.
import { z } from 'zod';
import { idNumber } from '../lib/json.ts';

/** Codes of the words `error.*`; the field stands beside them. */
const number = ({ min, max }: { min: number; max: number }) =>
  z.coerce.number('number').int('whole').min(min, 'too_small').max(max, 'too_big');

/** Minutes after midnight from what a time field holds ("22:30"). */
const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'time')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

/** A merchant's own words. PostgreSQL takes neither a NUL nor half of a character. */
const ownText = z
  .string()
  .max(2_000, 'too_long')
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'unreadable');

/** Names that a merchant separates by commas, each once and in lower case. */
const names = ownText.transform((text) => [
  ...new Set(text.split(',').flatMap((name) => name.trim().toLowerCase() || [])),
]);

const LIMITS = {
  shoppersPerUnit: { min: 1, max: 1_000 },
  batchIntervalMinutes: { min: 1, max: 1_440 },
  minimumStock: { min: 1, max: 1_000_000 },
  sendDelaySeconds: { min: 0, max: 86_400 },
  restockCooldownMinutes: { min: 0, max: 10_080 },
  messagesPerSecond: { min: 1, max: 300 },
} as const;

const shape = z
  .object({
    sendPolicy: z.enum(['batches', 'all_at_once']),
    shoppersPerUnit: number(LIMITS.shoppersPerUnit),
    batchIntervalMinutes: number(LIMITS.batchIntervalMinutes),
    minimumStock: number(LIMITS.minimumStock),
    sendDelaySeconds: number(LIMITS.sendDelaySeconds),
    restockCooldownMinutes: number(LIMITS.restockCooldownMinutes),
    messagesPerSecond: number(LIMITS.messagesPerSecond),
    quietHours: z.boolean(),
    quietHoursStart: clock,
    quietHoursEnd: clock,
    notifyOnPreorder: z.boolean(),
    buttonHidden: z.boolean(),
    leftOut: z.object({
      tags: names,
      // A handle, or the address of the collection.
      collections: names.transform((handles) => handles.map((handle) => handle.replace(/^.*\//, ''))),
      gift_cards: z.boolean(),
      preorder: z.boolean(),
      free: z.boolean(),
    }),
    locationIds: z.array(z.string().refine((id) => idNumber(id) !== undefined)).max(500),
    customMessages: z.record(z.string().max(16), z.record(z.string().max(64), ownText)),
  })
  .refine((given) => !given.quietHours || given.quietHoursStart !== given.quietHoursEnd, {
    path: ['quietHoursEnd'],
    message: 'same_time',
  });

export type GivenSettings = z.infer<typeof shape>;

/** By field; a field of a list is named by its path ("customMessages.en.notification.backInStock"). */
export type FieldErrors = Record<string, string>;

/** What a form's JSON means. */
export function readSettings(text: string): { settings: GivenSettings } | { errors: FieldErrors } {
  let given: unknown;
  try {
    given = JSON.parse(text) as unknown;
  } catch {
    return { errors: { form: 'unreadable' } };
  }
  const read = shape.safeParse(given);
  if (read.success) return { settings: read.data };
  return {
    errors: Object.fromEntries(
      read.error.issues
        .map(({ path, message }): [string, string] => [path.join('.') || 'form', message])
        .reverse(),
    ),
  };
}

/** "22:30" from minutes after midnight. */
export const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/**
 * As the storefront reads them in `app.metafields.notify.left_out` (extensions/notify-me/snippets/notify-me-left-out.liquid follows the same
 * rules): `tags` in lower case, `collections` by their handles; `preorder`: sold with a selling plan only; `free`: every price is zero.
 */
export const leftOutRules = z
  .object({
    tags: z.array(z.string()),
    collections: z.array(z.string()),
    gift_cards: z.boolean(),
    preorder: z.boolean(),
    free: z.boolean(),
  })
  .partial();

export type LeftOutRules = z.infer<typeof leftOutRules>;

export const hasRules = (rules: LeftOutRules): boolean =>
  Object.values(rules).some((rule) => (Array.isArray(rule) ? rule.length > 0 : rule));
