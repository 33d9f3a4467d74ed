// Writes a webhook as Meta writes it, signs its very bytes, and waits for the app's answer as long as Meta would.
import type { FaultOptions } from './fault-options.ts';
import type { Mint } from './ids.ts';
import { escapedJson, signatures } from './signature.ts';
import type { App } from './world.ts';

export type Event = Record<string, unknown>;
export type Job = {
  appId: string;
  pageId: string;
  lane: string;
  field: string;
  channel: 'messaging' | 'standby';
  event: Event;
  at: number;
  failures: number;
  notBefore: number;
};
export type Letter = { body: string; headers: Record<string, string> };
export type Postman = ReturnType<typeof createPostman>;

type Context = {
  faultOptions: () => FaultOptions;
  mint: Mint;
  now: () => Date;
  send: (request: Request) => Promise<Response>;
};

export function createPostman({ faultOptions, mint, now, send }: Context) {
  function bodyOf(jobs: Job[]): string {
    const { extraFields, numberIds } = faultOptions().webhooks;
    const time = now().getTime();
    const entry = jobs.map((job) => {
      const event = extraFields
        ? { ...job.event, field_of_tomorrow: { nested: [1, 'two'], sent: true } }
        : job.event;
      const more = extraFields ? { changed_fields: ['tomorrow'] } : {};
      return { id: job.pageId, time, [job.channel]: [event], ...more };
    });
    const body = escapedJson({ object: 'page', entry });
    // Written into the text: as a JavaScript number a page-scoped id would lose its last digits.
    return numberIds ? body.replace(/"id":"(\d+)"/g, '"id":$1') : body;
  }

  function write({ app, jobs }: { app: App; jobs: Job[] }): Letter {
    const body = bodyOf(jobs);
    const secret = faultOptions().webhooks.wrongSignature ? `${app.secret}-not` : app.secret;
    const { sha256, sha1 } = signatures({ body, secret });
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'facebookexternalua',
        'x-hub-signature': sha1,
        'x-hub-signature-256': sha256,
      },
    };
  }

  /** The status the app answered; 0 for no answer at all. */
  async function post({ app, letter }: { app: App; letter: Letter }): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<number>((resolve) => {
      timer = setTimeout(() => resolve(0), faultOptions().webhooks.timeoutMs);
      // An app that hangs must not keep the demo from ending.
      timer.unref();
    });
    const { body, headers } = letter;
    const answer = send(new Request(app.callbackUrl, { method: 'POST', headers, body })).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0,
    );
    const status = await Promise.race([answer, late]);
    clearTimeout(timer);
    return status;
  }

  /** The handshake Meta makes when a callback address is saved. */
  async function verify(app: App): Promise<boolean> {
    const challenge = mint.digits(10);
    const url = new URL(app.callbackUrl);
    url.searchParams.set('hub.mode', 'subscribe');
    url.searchParams.set('hub.verify_token', app.verifyToken);
    url.searchParams.set('hub.challenge', challenge);
    const response = await send(new Request(url));
    return response.status === 200 && (await response.text()) === challenge;
  }

  return { write, post, verify };
}
