// The Send API: one message to one person, checked in Meta's order, a one-time token spent before the answer leaves.
import { tokenLifeMs, type Conversation } from './conversation.ts';
import type { Bearer } from './credentials.ts';
import {
  ConnectionLost,
  type createDisturbances,
  type FaultOptions,
  type Disturbance,
} from './fault-options.ts';
import { faultAnswer, faults, json, type Answer, type GraphFault } from './graph-answer.ts';
import { shapeFault, textOf, type SendBody } from './message-shape.ts';
import type { Mint } from './ids.ts';
import type { Pace } from './pace.ts';
import type { LedgerLine, Page, Thread, World } from './world.ts';

type Context = {
  world: World;
  conversation: Conversation;
  disturbances: ReturnType<typeof createDisturbances>;
  faultOptions: () => FaultOptions;
  mint: Mint;
  pace: Pace;
  now: () => Date;
};
type Refused = { fault: GraphFault; why: string };
export type SendCall = {
  bearer: Bearer;
  page: Page | undefined;
  body: unknown;
  raw: string;
  malformed: GraphFault | null;
};

export function createSendApi({ world, conversation, disturbances, faultOptions, mint, pace, now }: Context) {
  function refuse({
    refused,
    call,
    headers,
  }: {
    refused: Refused;
    call: SendCall;
    headers?: Record<string, string>;
  }): Answer {
    const { fault, why } = refused;
    world.refusals.push({
      at: now().getTime(),
      route: 'messages',
      pageId: call.page?.id ?? null,
      code: fault.code,
      subcode: fault.subcode ?? null,
      message: fault.message,
      why,
      body: call.raw,
    });
    return faultAnswer({ fault, trace: mint.trace(), ...(headers ? { headers } : {}) });
  }

  function permissionFault({ bearer, page, body }: SendCall): Refused | null {
    if (!page || bearer.kind !== 'page' || bearer.token.pageId !== page.id)
      return { fault: faults.noPermission, why: "not this Page's token" };
    if (!bearer.token.scopes.includes('pages_messaging'))
      return { fault: faults.noPermission, why: 'token lacks pages_messaging' };
    if (!bearer.app.live) {
      const thread = threadMeant(body);
      if (thread && !bearer.app.testers.includes(thread.personId))
        return { fault: faults.onlyTesters, why: 'app is not live' };
    }
    if (!page.otnEnabled && templateOf(body) === 'one_time_notif_req')
      return { fault: faultOptions().otnPermissionFault, why: 'Page may not ask for one-time notifications' };
    return null;
  }

  function threadMeant(body: unknown): Thread | undefined {
    const recipient = (body as Partial<SendBody> | null)?.recipient;
    const psid = recipient?.id ?? world.oneTimeTokens.get(recipient?.one_time_notif_token ?? '')?.psid;
    return psid === undefined ? undefined : world.threads.get(psid);
  }

  /** Who gets it and what pays for it. */
  function recipient({
    page,
    bearer,
    body,
    at,
  }: {
    page: Page;
    bearer: Bearer;
    body: SendBody;
    at: number;
  }): { thread: Thread } | Refused {
    const { id, one_time_notif_token: key } = body.recipient;
    if (id !== undefined) {
      const thread = world.threads.get(id);
      if (!thread || thread.pageId !== page.id || !thread.exists)
        return { fault: faults.unknownRecipient, why: 'no such person at this Page' };
      if (thread.blocked) return { fault: faults.blocked, why: 'blocked by the person' };
      if (thread.owner !== null && thread.owner !== bearer.app.id)
        return { fault: faults.otherAppOwnsThread, why: `thread is with ${thread.owner}` };
      const untaggedOpen = thread.windowUntil > at;
      const humanAgent = body.tag === 'HUMAN_AGENT' && thread.windowUntil + 6 * 24 * 3600_000 > at;
      return untaggedOpen || humanAgent ? { thread } : { fault: faults.outsideWindow, why: 'window is shut' };
    }
    const { tokenFaults } = faultOptions();
    const token = world.oneTimeTokens.get(key ?? '');
    if (!token) return { fault: tokenFaults.unknown, why: 'token unknown' };
    if (token.pageId !== page.id) return { fault: tokenFaults.unknown, why: 'token of another Page' };
    if (token.usedAt !== null) return { fault: tokenFaults.used, why: 'token already used' };
    if (token.createdAt + tokenLifeMs <= at) return { fault: tokenFaults.expired, why: 'token expired' };
    const thread = world.threads.get(token.psid)!;
    if (thread.blocked) return { fault: faults.blocked, why: 'blocked by the person' };
    if (!page.acceptsPictureInNotice && templateOf(body) === 'generic')
      return {
        fault: faults.parameter('Invalid template type'),
        why: 'Page takes no picture in a notification',
      };
    return { thread };
  }

  function deliver({
    call,
    page,
    body,
    thread,
    at,
  }: {
    call: SendCall;
    page: Page;
    body: SendBody;
    thread: Thread;
    at: number;
  }): Answer {
    const idBack = faultOptions().omitRecipientId ? {} : { recipient_id: thread.psid };
    if (!body.message) return json(idBack);
    const key = body.recipient.one_time_notif_token;
    const paidBy = key === undefined ? 'window' : 'token';
    if (key !== undefined) world.oneTimeTokens.get(key)!.usedAt = at;
    const message = conversation.pageSpeaks({
      thread,
      appId: call.bearer.app.id,
      content: body.message,
      paidBy,
    });
    const line: LedgerLine = {
      mid: message.mid,
      pageId: page.id,
      psid: thread.psid,
      personId: thread.personId,
      at,
      paidBy,
      body: faultOptions().keepMessages ? call.raw : '',
      text: textOf(body.message),
    };
    if (key !== undefined) line.token = key;
    if (body.message.metadata !== undefined) line.metadata = body.message.metadata;
    world.ledger.push(line);
    return json({ ...idBack, message_id: message.mid });
  }

  function check(
    call: SendCall,
    at: number,
    met: Disturbance[],
  ): { page: Page; body: SendBody; thread: Thread } | (Refused & { headers?: Record<string, string> }) {
    const permission = permissionFault(call);
    if (permission) return permission;
    const page = call.page!;
    if (page.restricted) return { fault: faults.pageRestricted, why: 'Page is restricted' };
    const { rate } = faultOptions();
    if (pace.acceptedInLastSecond({ pageId: page.id, at }) >= rate.perSecond)
      return {
        fault: rate.fault,
        why: 'too many in a second',
        headers: usage({ pageId: page.id, at, refused: true }),
      };
    const refusal = met.find((one) => one.kind === 'refuse');
    if (refusal) return { fault: refusal.fault, why: 'refused on demand' };
    const shape = call.malformed ?? shapeFault(call.body);
    if (shape) return { fault: shape, why: 'malformed' };
    const body = call.body as SendBody;
    const found = recipient({ page, bearer: call.bearer, body, at });
    if ('fault' in found) return found;
    // Meta fetches pictures and looks at links once it knows that the message may be sent.
    const part = body.message ? faultOptions().partFault(body.message) : null;
    return part ? { fault: part, why: 'a part of it' } : { page, body, thread: found.thread };
  }

  function usage({
    pageId,
    at,
    refused,
  }: {
    pageId: string;
    at: number;
    refused: boolean;
  }): Record<string, string> {
    const { rate } = faultOptions();
    if (!rate.headers || !Number.isFinite(rate.perSecond)) return {};
    const share = refused
      ? 100
      : Math.round((100 * pace.acceptedInLastSecond({ pageId, at })) / rate.perSecond);
    if (share < 50) return {};
    const load = {
      call_count: share,
      total_cputime: Math.round(share / 4),
      total_time: Math.round(share / 4),
    };
    return {
      'x-app-usage': JSON.stringify(load),
      'x-business-use-case-usage': JSON.stringify({
        [pageId]: [{ type: 'messenger', ...load, estimated_time_to_regain_access: refused ? 1 : 0 }],
      }),
    };
  }

  function answer(call: SendCall, met: Disturbance[]): Answer {
    const at = now().getTime();
    if (call.page) pace.called({ pageId: call.page.id, at });
    const checked = check(call, at, met);
    if ('fault' in checked)
      return refuse({ refused: checked, call, ...(checked.headers ? { headers: checked.headers } : {}) });
    pace.accept({ pageId: checked.page.id, at });
    const answered = deliver({ call, ...checked, at });
    const headers = usage({ pageId: checked.page.id, at, refused: false });
    return { ...answered, headers: { ...answered.headers, ...headers } };
  }

  return {
    send(call: SendCall): Answer | Promise<Answer> {
      if (!disturbances.any() || !call.page) return answer(call, []);
      const body = call.body as Partial<SendBody> | null;
      const thread = threadMeant(body);
      const met = disturbances.meet({
        pageId: call.page.id,
        paidBy: body?.recipient?.one_time_notif_token === undefined ? 'window' : 'token',
        ...(thread ? { psid: thread.psid } : {}),
        ...(body?.message?.metadata === undefined ? {} : { metadata: body.message.metadata }),
      });
      return met.length === 0 ? answer(call, []) : disturbed({ call, met });
    },
  };

  async function disturbed({ call, met }: { call: SendCall; met: Disturbance[] }): Promise<Answer> {
    const wait = (after: boolean) =>
      met.filter((one) => one.kind === 'slow' && (one.after ?? false) === after) as { ms: number }[];
    for (const { ms } of wait(false)) await new Promise((resolve) => setTimeout(resolve, ms));
    if (met.some((one) => one.kind === 'drop_request')) throw new ConnectionLost('The call never arrived');
    const answered = answer(call, met);
    for (const { ms } of wait(true)) await new Promise((resolve) => setTimeout(resolve, ms));
    if (met.some((one) => one.kind === 'lose_reply')) throw new ConnectionLost('The answer never left');
    const failed = met.find((one) => one.kind === 'fail_after');
    if (!failed) return answered;
    return faultAnswer({
      fault: {
        code: 2,
        message: '(#2) Service temporarily unavailable',
        status: failed.status ?? 500,
        isTransient: true,
      },
      trace: mint.trace(),
    });
  }
}

function templateOf(body: unknown): string | undefined {
  return (body as Partial<SendBody> | null)?.message?.attachment?.payload?.template_type;
}
