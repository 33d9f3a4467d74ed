// Reads and changes a Page's Messenger profile; Meta allows ten calls in ten minutes, so each step is one call at most.
import { z } from 'zod';
import { askMeta } from './meta-failed.server.ts';
import { planProfile, planRestore, PROFILE_FIELDS, type Before, type Profile } from './profile.ts';

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
  const { data } = await askMeta({
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
    await askMeta({
      method: 'DELETE',
      path: path(metaPageId),
      token,
      body: { fields: remove },
      shape: done,
    });
  if (Object.keys(set).length > 0)
    await askMeta({ method: 'POST', path: path(metaPageId), token, body: set, shape: done });
}

/** Makes the Page ready for arrivals. @returns what has to be put back one day. */
export async function setProfile({
  found,
  greeting,
  replace,
  ...of
}: Of & { found: Profile; greeting: string; replace: boolean }): Promise<Before> {
  const { set, remove, touched } = planProfile({ found, greeting, replace });
  await change({ ...of, set, remove });
  return { was: found, touched };
}

/** Puts back what we changed. */
export async function restoreProfile({ before, ...of }: Of & { before: Before }): Promise<void> {
  if (before.touched.length === 0) return;
  await change({ ...of, ...planRestore({ before, found: await readProfile(of) }) });
}
