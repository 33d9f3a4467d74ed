// What a Graph call looks like when it comes in and when it is answered, and the errors Meta is known to give.
export type Call = {
  method: string;
  url: URL;
  header: (name: string) => string | null;
  body: string;
};
export type Answer = { status: number; headers: Record<string, string>; body: string };

export type GraphFault = {
  code: number;
  subcode?: number;
  message: string;
  type?: string;
  status?: number;
  isTransient?: boolean;
  userTitle?: string;
  userMessage?: string;
};

const jsonHeaders = { 'content-type': 'application/json; charset=UTF-8' };

export function json(value: unknown, headers?: Record<string, string>): Answer {
  return {
    status: 200,
    headers: headers ? { ...jsonHeaders, ...headers } : jsonHeaders,
    body: JSON.stringify(value),
  };
}

export function html(body: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

export function redirect(location: string): Answer {
  return { status: 302, headers: { location }, body: '' };
}

export function faultAnswer({
  fault,
  trace,
  headers,
}: {
  fault: GraphFault;
  trace: string;
  headers?: Record<string, string>;
}): Answer {
  const error: Record<string, unknown> = {
    message: fault.message,
    type: fault.type ?? 'OAuthException',
    code: fault.code,
  };
  if (fault.subcode !== undefined) error['error_subcode'] = fault.subcode;
  if (fault.userTitle) error['error_user_title'] = fault.userTitle;
  if (fault.userMessage) error['error_user_msg'] = fault.userMessage;
  if (fault.isTransient !== undefined) error['is_transient'] = fault.isTransient;
  error['fbtrace_id'] = trace;
  return {
    status: fault.status ?? statusOf(fault.code),
    headers: { ...jsonHeaders, 'www-authenticate': `OAuth "Facebook Platform" "${fault.code}"`, ...headers },
    body: JSON.stringify({ error }),
  };
}

// Meta answers 400 to nearly everything: the body tells, not the status.
function statusOf(code: number): number {
  if (code === 1 || code === 2 || code === 1200) return 500;
  if (code === 200) return 403;
  return 400;
}

export const faults = {
  noToken: {
    code: 2500,
    message: 'An active access token must be used to query information about the current user.',
  },
  badToken: { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
  proofMissing: {
    code: 100,
    type: 'GraphMethodException',
    message: 'API calls from the server require an appsecret_proof argument',
  },
  proofWrong: {
    code: 100,
    type: 'GraphMethodException',
    message: 'Invalid appsecret_proof provided in the API argument',
  },
  noPermission: {
    code: 10,
    message: '(#10) Application does not have permission for this action',
    status: 403,
  },
  onlyTesters: {
    code: 200,
    subcode: 2018028,
    message:
      '(#200) Cannot message users who are not admins, developers or testers of the app until pages_messaging permission is reviewed and the app is live.',
  },
  pageRestricted: {
    code: 10,
    subcode: 1893063,
    message: '(#10) Page is temporarily restricted from sending messages',
  },
  rate: { code: 613, message: '(#613) Calls to this api have exceeded the rate limit.' },
  messengerRate: {
    code: 80006,
    message: '(#80006) There have been too many calls to this Messenger account. Wait a bit and try again.',
  },
  unknownRecipient: { code: 100, subcode: 2018001, message: '(#100) No matching user found' },
  outsideWindow: {
    code: 10,
    subcode: 2018278,
    message: '(#10) This message is sent outside of allowed window.',
  },
  blocked: {
    code: 551,
    subcode: 1545041,
    message: "(#551) This person isn't available right now.",
    isTransient: false,
  },
  otherAppOwnsThread: {
    code: 10,
    subcode: 2018300,
    message: '(#10) Message Not Sent: Another app is controlling this thread now.',
  },
  noSuchObject: (id: string) => ({
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message: `Unsupported request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.`,
  }),
  parameter: (detail: string) => ({ code: 100, message: `(#100) ${detail}` }),
} satisfies Record<string, GraphFault | ((detail: string) => GraphFault)>;

/**
 * Meta prints no error for a one-time token that cannot be spent. These are the answers it could plausibly give; a client must
 * live with each of them.
 */
export const plausibleTokenFaults = {
  bare100: { code: 100, message: '(#100) Invalid parameter' },
  withSubcode: { code: 100, subcode: 2018417, message: '(#100) one_time_notif_token is invalid' },
  saysExpired: { code: 100, message: '(#100) one_time_notif_token is invalid / has expired' },
  permission: {
    code: 10,
    message: '(#10) Application does not have permission for this action',
    status: 403,
  },
  outsideWindow: {
    code: 10,
    subcode: 2018278,
    message: '(#10) This message is sent outside of allowed window.',
  },
} satisfies Record<string, GraphFault>;

/** What a Page without the one-time notification permission may hear when it asks. */
export const plausiblePermissionFaults = {
  permission: { code: 10, message: '(#10) Application does not have permission for this action' },
  templateType: { code: 100, message: '(#100) Invalid template type' },
} satisfies Record<string, GraphFault>;
