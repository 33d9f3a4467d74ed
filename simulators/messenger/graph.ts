// The Graph API: finds out who calls, then which of Meta's routes is meant.
import type { Bearer, Credentials, Params } from './credentials.ts';
import { paramsOf } from './credentials.ts';
import type { FaultOptions } from './fault-options.ts';
import { faultAnswer, faults, json, type Answer, type Call, type GraphFault } from './graph-answer.ts';
import type { Login } from './login.ts';
import type { Mint } from './ids.ts';
import type { createPageSettings, Outcome } from './page-settings.ts';
import type { createSendApi } from './send-api.ts';
import type { Webhooks } from './webhooks.ts';
import type { World } from './world.ts';

const oldestVersion = 21;

type Context = {
  world: World;
  credentials: Credentials;
  login: Login;
  pageSettings: ReturnType<typeof createPageSettings>;
  sendApi: ReturnType<typeof createSendApi>;
  webhooks: Webhooks;
  faultOptions: () => FaultOptions;
  mint: Mint;
  now: () => Date;
};

export function createGraph({
  world,
  credentials,
  login,
  pageSettings,
  sendApi,
  webhooks,
  faultOptions,
  mint,
  now,
}: Context) {
  const counts: Record<string, number> = {};

  function refuse({
    outcome,
    call,
    route,
    pageId,
  }: {
    outcome: { fault: GraphFault; why: string };
    call: Call;
    route: string;
    pageId?: string | null;
  }): Answer {
    const { fault, why } = outcome;
    world.refusals.push({
      at: now().getTime(),
      route,
      pageId: pageId ?? null,
      code: fault.code,
      subcode: fault.subcode ?? null,
      message: fault.message,
      why,
      body: call.body,
    });
    return faultAnswer({ fault, trace: mint.trace() });
  }

  function answer(call: Call): Answer | Promise<Answer> {
    const segments = call.url.pathname.split('/').filter(Boolean);
    const version = /^v(\d+)\.\d+$/.exec(segments[0] ?? '');
    if (version) segments.shift();
    const [node = '', edge = ''] = segments;
    const route = edge === '' ? node : edge;
    const refused = (outcome: { fault: GraphFault; why: string }, pageId?: string | null) =>
      refuse({ outcome, call, route, ...(pageId === undefined ? {} : { pageId }) });
    if (version && Number(version[1]) < oldestVersion)
      return refused({
        fault: {
          code: 2635,
          message: `(#2635) You are calling a deprecated version of the API. Please update to the latest version: v26.0`,
        },
        why: 'version too old',
      });
    const { params, fault: malformed } = paramsOf(call);
    const said = params['method'];
    const method = call.method === 'POST' && typeof said === 'string' ? said.toUpperCase() : call.method;

    if (node === 'oauth' && edge === 'access_token') {
      counts['oauth/access_token'] = (counts['oauth/access_token'] ?? 0) + 1;
      const outcome = login.accessToken(params);
      return 'fault' in outcome ? refused(outcome) : outcome;
    }
    const found = credentials.authenticate({ call, params });
    if ('fault' in found) return refused({ fault: found.fault, why: 'credentials' });
    const { bearer } = found;
    const kind = /^\d+$/.test(route) ? 'node' : route;
    counts[`${method} ${kind}`] = (counts[`${method} ${kind}`] ?? 0) + 1;
    const pageId = node === 'me' ? (bearer.kind === 'page' ? bearer.token.pageId : null) : node;
    const page = pageId === null ? undefined : world.pages.get(pageId);

    if (edge === 'messages' && method === 'POST')
      return sendApi.send({ bearer, page, body: params, raw: call.body, malformed });
    if (malformed) return refused({ fault: malformed, why: 'malformed' }, pageId);
    const outcome = readOrSet({ call, bearer, node, edge, method, params });
    if (outcome instanceof Promise)
      return outcome.then((late) => ('fault' in late ? refused(late, pageId) : late));
    return 'fault' in outcome ? refused(outcome, pageId) : outcome;
  }

  function readOrSet(input: {
    call: Call;
    bearer: Bearer;
    node: string;
    edge: string;
    method: string;
    params: Params;
  }): Outcome | Promise<Outcome> {
    const { call, bearer, node, edge, method, params } = input;
    const missing = { fault: faults.noSuchObject(node), why: 'no such route' };
    if (node === 'debug_token') return login.debugToken({ bearer, params });
    if (edge === 'subscriptions' && bearer.kind === 'app' && bearer.app.id === node && method === 'POST')
      return setCallback({ bearer, params });
    const isMe = node === 'me';
    if (isMe && edge === 'accounts') return login.accounts({ bearer, params, self: call.url.href });
    if (isMe && edge === 'permissions' && method === 'GET') return login.permissions(bearer);
    const page = world.pages.get(isMe && bearer.kind === 'page' ? (bearer.token.pageId ?? '') : node);
    if (page && edge === 'subscribed_apps')
      return pageSettings.subscribedApps({ page, bearer, params, method });
    if (page && edge === 'messenger_profile')
      return pageSettings.messengerProfile({ page, bearer, params, method });
    if (edge !== '' || method !== 'GET') return missing;
    if (page)
      return json(
        picked({
          from: { name: page.name, id: page.id, ...(page.username ? { username: page.username } : {}) },
          params,
        }),
      );
    if (isMe && bearer.kind === 'user')
      return json(
        picked({
          from: { name: world.users.get(bearer.token.userId ?? '')?.name, id: bearer.token.userId },
          params,
        }),
      );
    return isMe ? missing : personProfile({ bearer, psid: node, params });
  }

  function personProfile({
    bearer,
    psid,
    params,
  }: {
    bearer: Bearer;
    psid: string;
    params: Params;
  }): Outcome {
    const thread = world.threads.get(psid);
    if (!thread?.exists || bearer.kind !== 'page' || bearer.token.pageId !== thread.pageId)
      return { fault: faults.noSuchObject(psid), why: 'no such person at this Page' };
    if (!faultOptions().userProfileAccess) return json({});
    const [first = '', ...rest] = (world.people.get(thread.personId)?.name ?? '').split(' ');
    return json(
      picked({
        from: {
          first_name: first,
          last_name: rest.join(' '),
          profile_pic: `https://platform-lookaside.fbsbx.com/platform/profilepic/?psid=${psid}`,
          id: psid,
        },
        params,
      }),
    );
  }

  async function setCallback({ bearer, params }: { bearer: Bearer; params: Params }): Promise<Outcome> {
    const { app } = bearer;
    const before = { callbackUrl: app.callbackUrl, verifyToken: app.verifyToken };
    app.callbackUrl = String(params['callback_url'] ?? '');
    app.verifyToken = String(params['verify_token'] ?? '');
    if (URL.canParse(app.callbackUrl) && (await webhooks.verify(app.id))) return json({ success: true });
    Object.assign(app, before);
    return {
      fault: { code: 2200, message: '(#2200) Callback verification failed' },
      why: 'handshake failed',
    };
  }

  return { answer, counts: () => ({ ...counts }) };
}

function picked({
  from,
  params,
}: {
  from: Record<string, unknown>;
  params: Params;
}): Record<string, unknown> {
  const fields = params['fields'];
  if (typeof fields !== 'string') return from;
  const wanted = fields.split(',');
  return Object.fromEntries(Object.entries(from).filter(([name]) => name === 'id' || wanted.includes(name)));
}
