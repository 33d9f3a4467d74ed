// Reads, changes and restores a Page's Messenger profile (ten calls in ten minutes).
import { z } from 'zod';
import { callMeta } from './graph-api.server.ts';
import { GET_STARTED } from './payloads.ts';

type Of = { metaPageId: string; token: string };

const path = (metaPageId: string) => `/${encodeURIComponent(metaPageId)}/messenger_profile`;

const profile = z.object({
  get_started: z.object({ payload: z.string() }).optional(),
  greeting: z.array(z.object({ locale: z.string(), text: z.string() })).optional(),
  ice_breakers: z.array(z.unknown()).optional(),
  persistent_menu: z.array(z.unknown()).optional(),
});

const done = z.object({ result: z.literal('success') });

export async function readProfile({ metaPageId, token }: Of): Promise<Profile> {
  const { data } = await callMeta({
    method: 'GET',
    path: path(metaPageId),
    token,
    query: { fields: PROFILE_FIELDS.join(',') },
    shape: z.object({ data: z.array(profile) }),
  });
  return Object.assign({}, ...data) as Profile;
}

async function change({
  metaPageId,
  token,
  set,
  remove,
}: Of & { set: Profile; remove: readonly string[] }): Promise<void> {
  if (remove.length > 0)
    await callMeta({
      method: 'DELETE',
      path: path(metaPageId),
      token,
      body: { fields: remove },
      shape: done,
    });
  if (Object.keys(set).length > 0)
    await callMeta({ method: 'POST', path: path(metaPageId), token, body: set, shape: done });
}

/** Makes the Page ready for arrivals. @returns what has to be put back one day. */
export async function setProfile({
  found,
  greeting,
  replace,
  ...of
}: Of & { found: Profile; greeting: string; replace: boolean }): Promise<PreviousProfile> {
  const { set, remove, touched } = planProfile({ found, greeting, replace });
  await change({ ...of, set, remove });
  return { was: found, touched };
}

/** Puts back what we changed. */
export async function restoreProfile({ before, ...of }: Of & { before: PreviousProfile }): Promise<void> {
  if (before.touched.length === 0) return;
  await change({ ...of, ...planRestore({ before, found: await readProfile(of) }) });
}

export type Profile = {
  get_started?: { payload: string } | undefined;
  greeting?: { locale: string; text: string }[] | undefined;
  ice_breakers?: unknown[] | undefined;
  persistent_menu?: unknown[] | undefined;
};

const PROFILE_FIELDS = ['get_started', 'greeting', 'ice_breakers', 'persistent_menu'] as const;

type Field = (typeof PROFILE_FIELDS)[number];

/** What the merchant is asked before anything of theirs is replaced. */
export type Conflict = {
  /** Questions that Messenger shows instead of Get Started. */ iceBreakers: string[];
  /** Another bot answers Get Started. */ otherGetStarted: boolean;
  /** Shown, and left alone. */ menu: string[];
};

/** The profile as it was, and which fields we touched: kept until the last shop leaves the Page. */
export type PreviousProfile = { was: Profile; touched: Field[] };

type Plan = { set: Profile; remove: Field[]; touched: Field[] };

const titles = (entries: unknown[] | undefined, name: string): string[] =>
  (entries ?? []).flatMap((entry) => {
    const actions = (entry as { call_to_actions?: Record<string, unknown>[] }).call_to_actions ?? [];
    return actions.flatMap((action) => (typeof action[name] === 'string' ? [action[name]] : []));
  });

export const conflicts = (found: Profile): Conflict => ({
  iceBreakers: titles(found.ice_breakers, 'question'),
  otherGetStarted: found.get_started !== undefined && found.get_started.payload !== GET_STARTED,
  menu: titles(found.persistent_menu, 'title'),
});

export const needsConsent = (found: Profile): boolean => {
  const { iceBreakers, otherGetStarted } = conflicts(found);
  return iceBreakers.length > 0 || otherGetStarted;
};

/** Sets only what is missing; replaces what stands in the way only when the merchant said so. */
function planProfile({
  found,
  greeting,
  replace,
}: {
  found: Profile;
  greeting: string;
  replace: boolean;
}): Plan {
  const set: Profile = {};
  if (found.get_started === undefined || (replace && found.get_started.payload !== GET_STARTED))
    set.get_started = { payload: GET_STARTED };
  if (found.greeting === undefined || found.greeting.length === 0)
    set.greeting = [{ locale: 'default', text: greeting }];
  const remove: Field[] = replace && (found.ice_breakers?.length ?? 0) > 0 ? ['ice_breakers'] : [];
  return { set, remove, touched: [...(Object.keys(set) as Field[]), ...remove] };
}

/** How the profile gets back to what it was: what we touched and nothing else, and only while it is still as we left it. */
function planRestore({ before, found }: { before: PreviousProfile; found: Profile }): {
  set: Profile;
  remove: Field[];
} {
  const set: Record<string, unknown> = {};
  const remove: Field[] = [];
  for (const field of before.touched) {
    const changedSince = field === 'get_started' && found.get_started?.payload !== GET_STARTED;
    const filledSince = field === 'ice_breakers' && (found.ice_breakers?.length ?? 0) > 0;
    if (changedSince || filledSince) continue;
    if (before.was[field] !== undefined) set[field] = before.was[field];
    // Messenger's menu needs a Get Started button: while the merchant has one, ours must stay.
    else if (field !== 'get_started' || found.persistent_menu === undefined) remove.push(field);
  }
  return { set: set, remove };
}
