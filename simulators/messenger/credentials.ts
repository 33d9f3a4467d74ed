// The first two things Meta looks at: whose token this is, and whether whoever holds it also holds the app's secret.
import { faults, type Call, type GraphFault } from './graph-answer.ts';
import { appSecretProof, same } from './signature.ts';
import type { AccessToken, App, World } from './world.ts';

export type Params = Record<string, unknown>;
export type Bearer =
  { kind: 'app'; app: App; token: null } | { kind: 'user' | 'page'; app: App; token: AccessToken };

/** What the call carries, wherever it carries it: address, form or JSON body. */
export function paramsOf(call: Call): { params: Params; fault: GraphFault | null } {
  const params: Params = {};
  for (const [name, value] of call.url.searchParams) params[name] = value;
  if (call.body === '') return { params, fault: null };
  const type = call.header('content-type') ?? '';
  if (type.includes('json') || call.body.startsWith('{')) {
    try {
      Object.assign(params, JSON.parse(call.body));
      return { params, fault: null };
    } catch {
      return { params, fault: faults.parameter('Invalid JSON body') };
    }
  }
  for (const [name, value] of new URLSearchParams(call.body)) {
    params[name] = value;
    if (!/^[[{]/.test(value)) continue;
    try {
      params[name] = JSON.parse(value);
    } catch {
      return { params, fault: faults.parameter(`Param ${name} must be valid JSON`) };
    }
  }
  return { params, fault: null };
}

export function createCredentials({ world, now }: { world: World; now: () => Date }) {
  // A proof is a function of token and secret: computing it again for each of ten thousand sends a second would be Meta's cost, not ours.
  const proofs = new Map<string, string>();

  function proofOf({ token, secret }: { token: string; secret: string }): string {
    const key = `${secret} ${token}`;
    let proof = proofs.get(key);
    if (!proof) {
      if (proofs.size > 10_000) proofs.clear();
      proofs.set(key, (proof = appSecretProof({ token, secret })));
    }
    return proof;
  }

  function bearerOf(token: string): { bearer: Bearer } | { fault: GraphFault } {
    const known = world.accessTokens.get(token);
    if (known) {
      const app = world.apps.get(known.appId);
      if (!app) return { fault: faults.badToken };
      if (known.invalid)
        return {
          fault: {
            code: 190,
            message: known.invalid.message,
            ...(known.invalid.subcode === null ? {} : { subcode: known.invalid.subcode }),
          },
        };
      if (known.expiresAt !== null && known.expiresAt <= now().getTime())
        return {
          fault: { code: 190, subcode: 463, message: 'Error validating access token: Session has expired.' },
        };
      return { bearer: { kind: known.kind, app, token: known } };
    }
    const bar = token.indexOf('|');
    const app = bar > 0 ? world.apps.get(token.slice(0, bar)) : undefined;
    if (app && same({ given: token.slice(bar + 1), expected: app.secret }))
      return { bearer: { kind: 'app', app, token: null } };
    return { fault: faults.badToken };
  }

  return {
    bearerOf,
    authenticate({
      call,
      params,
    }: {
      call: Call;
      params: Params;
    }): { bearer: Bearer } | { fault: GraphFault } {
      const authorization = call.header('authorization');
      const token = authorization?.startsWith('Bearer ') ? authorization.slice(7) : params['access_token'];
      if (typeof token !== 'string' || token === '') return { fault: faults.noToken };
      const found = bearerOf(token);
      if ('fault' in found) return found;
      const { app, kind } = found.bearer;
      const given = params['appsecret_proof'];
      if (given === undefined)
        return app.requireProof && kind !== 'app' ? { fault: faults.proofMissing } : found;
      const expected = proofOf({ token, secret: app.secret });
      return typeof given === 'string' && same({ given, expected }) ? found : { fault: faults.proofWrong };
    },
  };
}
export type Credentials = ReturnType<typeof createCredentials>;
