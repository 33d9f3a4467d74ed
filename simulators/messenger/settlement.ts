// Who lives in the simulator: adds apps, Pages, merchants and people, and does to them what only Meta or their owner can.
import type { Conversation } from './conversation.ts';
import type { Login } from './login.ts';
import { signedRequest } from './signature.ts';
import type { AccessToken, App, Page, Person, User, World } from './world.ts';

export type AppGiven = Pick<App, 'id' | 'secret' | 'verifyToken' | 'callbackUrl'> & Partial<App>;
export type PageGiven = Pick<Page, 'id' | 'name'> &
  Partial<Omit<Page, 'token' | 'subscriptions'>> & {
    /** The app that may speak for it at once with `page.token`, as after a finished login. */
    appId?: string;
    /** What that app hears of it. */
    subscribedFields?: string[];
  };

export const allPermissions = [
  'public_profile',
  'pages_show_list',
  'pages_messaging',
  'pages_manage_metadata',
  'business_management',
];
export const allTasks = ['ANALYZE', 'ADVERTISE', 'MODERATE', 'CREATE_CONTENT', 'MANAGE', 'MESSAGING'];

type Context = {
  world: World;
  login: Login;
  conversation: Conversation;
  send: (request: Request) => Promise<Response>;
  now: () => Date;
};

export function createSettlement({ world, login, conversation, send, now }: Context) {
  function invalidate({
    which,
    subcode,
    message,
  }: {
    which: (token: AccessToken) => boolean;
    subcode: number | null;
    message: string;
  }): void {
    for (const token of world.accessTokens.values()) if (which(token)) token.invalid = { subcode, message };
  }

  async function postSigned({
    app,
    address,
    userId,
  }: {
    app: App;
    address: string;
    userId: string;
  }): Promise<Response> {
    const issued = Math.floor(now().getTime() / 1000);
    const payload = { algorithm: 'HMAC-SHA256', expires: issued + 3600, issued_at: issued, user_id: userId };
    const body = new URLSearchParams({ signed_request: signedRequest({ payload, secret: app.secret }) });
    return send(new Request(address, { method: 'POST', body }));
  }

  return {
    addApp(given: AppGiven): App {
      const app: App = {
        name: 'Notify me on Messenger',
        requireProof: true,
        live: true,
        testers: [],
        redirectUris: [],
        loginConfigs: {},
        deauthorizeUrl: null,
        dataDeletionUrl: null,
        ...given,
      };
      world.apps.set(app.id, app);
      return app;
    },

    addPage({ appId, subscribedFields, ...given }: PageGiven): Page {
      const token =
        appId === undefined
          ? ''
          : login.mintToken({
              kind: 'page',
              appId,
              userId: null,
              pageId: given.id,
              longLived: true,
              scopes: allPermissions,
              pages: [given.id],
              expiresAt: null,
            }).token;
      const page: Page = {
        username: null,
        otnEnabled: true,
        profile: {},
        restricted: false,
        acceptsPictureInNotice: true,
        failingSince: {},
        ...given,
        token,
        subscriptions: appId !== undefined && subscribedFields ? { [appId]: subscribedFields } : {},
      };
      world.pages.set(page.id, page);
      return page;
    },

    /** A merchant with every task on the Pages named by id, or with the tasks given. */
    addUser({
      id,
      name,
      pages,
    }: {
      id: string;
      name: string;
      pages: (string | { pageId: string; tasks: string[] })[];
    }): User {
      const user: User = {
        id,
        name,
        pages: pages.map((page) => (typeof page === 'string' ? { pageId: page, tasks: allTasks } : page)),
      };
      world.users.set(id, user);
      return user;
    },

    addPerson({ id, name }: { id: string; name: string }): Person {
      const person: Person = { id, name, at: null };
      world.people.set(id, person);
      return person;
    },

    /** A person with an open window and, if asked for, an unspent token, without any webhook: for benchmarks and tests of sending alone. */
    seedThread({ pageId, personId, payload }: { pageId: string; personId: string; payload?: string }): {
      psid: string;
      token: string | null;
    } {
      if (!world.people.has(personId))
        world.people.set(personId, { id: personId, name: personId, at: pageId });
      const thread = conversation.threadOf({ pageId, personId });
      conversation.openWindow(thread);
      return {
        psid: thread.psid,
        token: payload === undefined ? null : conversation.grantToken({ thread, payload }),
      };
    },

    /** A user token as the login dialog would end in, for tests that start after it. */
    seedUserToken({
      appId,
      userId,
      longLived = true,
      scopes = allPermissions,
    }: {
      appId: string;
      userId: string;
      longLived?: boolean;
      scopes?: string[];
    }): string {
      const pages = world.users.get(userId)!.pages.map((role) => role.pageId);
      const expiresAt = now().getTime() + (longLived ? 5_183_944_000 : 3_600_000);
      return login.mintToken({
        kind: 'user',
        appId,
        userId,
        pageId: null,
        longLived,
        scopes,
        pages,
        expiresAt,
      }).token;
    },

    /** A password change, a lost role, a checkpoint: the token is dead from now on. */
    invalidateToken({ token, subcode = 460 }: { token: string; subcode?: number | null }): void {
      invalidate({
        which: (one) => one.token === token,
        subcode,
        message: 'Error validating access token: The session has been invalidated.',
      });
    },

    /** The merchant removes the app in Facebook's settings. Gives the app's answer to the deauthorize callback. */
    async removeApp({ appId, userId }: { appId: string; userId: string }): Promise<Response | null> {
      const app = world.apps.get(appId)!;
      invalidate({
        which: (one) => one.appId === appId && one.userId === userId,
        subcode: 458,
        message: 'Error validating access token: The user has not authorized application.',
      });
      for (const { pageId } of world.users.get(userId)?.pages ?? [])
        delete world.pages.get(pageId)?.subscriptions[appId];
      return app.deauthorizeUrl === null ? null : postSigned({ app, address: app.deauthorizeUrl, userId });
    },

    /** The merchant asks for deletion of their data. Gives the app's answer, which must name a status page and a code. */
    async requestDataDeletion({ appId, userId }: { appId: string; userId: string }): Promise<Response> {
      const app = world.apps.get(appId)!;
      if (app.dataDeletionUrl === null) throw new Error(`App ${appId} names no data deletion address`);
      return postSigned({ app, address: app.dataDeletionUrl, userId });
    },
  };
}
