// What an app sets up on a Page: which events it hears, and how the Page greets.
import type { Bearer, Params } from './credentials.ts';
import type { FaultOptions } from './fault-options.ts';
import { faults, json, type Answer, type GraphFault } from './graph-answer.ts';
import type { Page, Profile, World } from './world.ts';

export type Outcome = Answer | { fault: GraphFault; why: string };
type Ask = { page: Page; bearer: Bearer; params: Params; method: string };
type Context = { world: World; faultOptions: () => FaultOptions; now: () => Date };

const knownFields = new Set([
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_reactions',
  'message_edits',
  'messaging_policy_enforcement',
  'messaging_handovers',
  'messaging_account_linking',
  'messaging_customer_information',
  'messaging_feedback',
  'message_context',
  'standby',
  'feed',
]);
const profileFields = [
  'get_started',
  'greeting',
  'ice_breakers',
  'persistent_menu',
  'whitelisted_domains',
] as const;

const lacks = (permission: string): GraphFault => ({
  code: 200,
  message: `(#200) Requires ${permission} permission to manage the object`,
});
const wrong = (detail: string, why = 'malformed') => ({ fault: faults.parameter(detail), why });

export function createPageSettings({ world, faultOptions, now }: Context) {
  const profileCalls = new Map<string, number[]>();

  function mayManage({ page, bearer }: Ask): { fault: GraphFault; why: string } | null {
    if (bearer.kind !== 'page' || bearer.token.pageId !== page.id)
      return { fault: faults.noPermission, why: "not this Page's token" };
    const { scopes, userId } = bearer.token;
    for (const permission of ['pages_manage_metadata', 'pages_messaging'])
      if (!scopes.includes(permission)) return { fault: lacks(permission), why: `token lacks ${permission}` };
    const role =
      userId === null ? undefined : world.users.get(userId)?.pages.find((one) => one.pageId === page.id);
    return userId !== null && !role?.tasks.includes('MODERATE')
      ? { fault: lacks('MODERATE'), why: 'merchant lacks the MODERATE task' }
      : null;
  }

  function listOf(value: unknown): string[] | null {
    if (Array.isArray(value)) return value.map(String);
    return typeof value === 'string' && value !== '' ? value.split(',').map((one) => one.trim()) : null;
  }

  function subscribedApps(ask: Ask): Outcome {
    const refused = mayManage(ask);
    if (refused) return refused;
    const { page, bearer, params, method } = ask;
    if (method === 'GET') {
      const data = Object.entries(page.subscriptions).map(([id, subscribed_fields]) => ({
        category: 'Business',
        link: `https://www.facebook.com/games/?app_id=${id}`,
        name: world.apps.get(id)?.name ?? id,
        id,
        subscribed_fields,
      }));
      return json({ data });
    }
    if (method === 'POST') {
      const fields = listOf(params['subscribed_fields']);
      if (!fields) return wrong('The parameter subscribed_fields is required');
      const unknown = fields.find((field) => !knownFields.has(field));
      if (unknown)
        return wrong(
          `Param subscribed_fields[0] must be one of {${[...knownFields].join(', ')}} - got "${unknown}"`,
        );
      page.subscriptions[bearer.app.id] = fields;
      delete page.failingSince[bearer.app.id];
    } else delete page.subscriptions[bearer.app.id];
    return json({ success: faultOptions().successAsString ? 'true' : true });
  }

  function overProfileLimit(pageId: string): boolean {
    const limit = faultOptions().profileLimit;
    if (!limit) return false;
    const at = now().getTime();
    const recent = (profileCalls.get(pageId) ?? []).filter((stamp) => stamp > at - limit.withinMs);
    const over = recent.length >= limit.calls;
    if (!over) recent.push(at);
    profileCalls.set(pageId, recent);
    return over;
  }

  function messengerProfile(ask: Ask): Outcome {
    const { page, bearer, params, method } = ask;
    if (bearer.kind !== 'page' || bearer.token.pageId !== page.id)
      return { fault: faults.noPermission, why: "not this Page's token" };
    if (!bearer.token.scopes.includes('pages_messaging'))
      return { fault: lacks('pages_messaging'), why: 'token lacks pages_messaging' };
    if (overProfileLimit(page.id))
      return { fault: faults.rate, why: 'Messenger profile: 10 calls in 10 minutes' };
    const profile = page.profile;
    if (method === 'GET') {
      const fields = listOf(params['fields']) ?? [];
      if (fields.length === 0) return wrong('The parameter fields is required');
      const entry: Record<string, unknown> = {};
      for (const field of profileFields)
        if (fields.includes(field) && profile[field] !== undefined) entry[field] = profile[field];
      if (fields.includes('subject_to_new_eu_privacy_rules'))
        entry['subject_to_new_eu_privacy_rules'] = false;
      return json({ data: Object.keys(entry).length === 0 ? [] : [entry] });
    }
    if (method === 'DELETE') {
      const fields = listOf(params['fields']);
      if (!fields || fields.length === 0) return wrong('The parameter fields is required');
      if (fields.includes('get_started') && profile.persistent_menu && !fields.includes('persistent_menu'))
        return wrong(
          'You must delete the persistent menu before the Get Started button',
          'menu needs Get Started',
        );
      for (const field of profileFields) if (fields.includes(field)) delete profile[field];
      return json({ result: 'success' });
    }
    const given = Object.fromEntries(
      profileFields.filter((field) => field in params).map((field) => [field, params[field]]),
    );
    if (Object.keys(given).length === 0)
      return wrong('Requires one of the params: get_started, greeting, ice_breakers, persistent_menu');
    const fault = profileFault({ ...profile, ...given });
    if (fault) return wrong(fault);
    Object.assign(profile, given);
    return json({ result: 'success' });
  }

  return { subscribedApps, messengerProfile, forget: () => profileCalls.clear() };
}

function profileFault(profile: Profile): string | null {
  const { get_started: start, greeting, ice_breakers: breakers, persistent_menu: menu } = profile;
  if (
    start !== undefined &&
    (typeof start.payload !== 'string' || start.payload.length < 1 || start.payload.length > 1000)
  )
    return 'Param get_started[payload] must be a string of 1 to 1000 characters';
  if (greeting !== undefined) {
    if (!Array.isArray(greeting) || !greeting.some((one) => one.locale === 'default'))
      return 'Param greeting needs the default locale';
    if (greeting.some((one) => typeof one.text !== 'string' || one.text.length > 160))
      return 'Param greeting[text] must be at most 160 characters';
  }
  if (
    breakers !== undefined &&
    (!Array.isArray(breakers) || breakers.some((one) => (one.call_to_actions ?? []).length > 4))
  )
    return 'Param ice_breakers takes at most 4 questions';
  if (menu === undefined) return null;
  if (start === undefined) return 'You must set a Get Started button if you also wish to use persistent menu';
  if (!Array.isArray(menu) || !menu.some((one) => one.locale === 'default'))
    return 'Param persistent_menu needs the default locale';
  const items = menu.flatMap((one) => one.call_to_actions ?? []);
  if (items.length > 20 * menu.length) return 'Param persistent_menu takes at most 20 items';
  const bad = items.find(
    (item) =>
      !item.title ||
      item.title.length > 30 ||
      (item.type === 'postback' && (!item.payload || item.payload.length > 1000)),
  );
  return bad ? 'Param persistent_menu[call_to_actions] is malformed' : null;
}
