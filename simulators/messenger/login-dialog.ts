// Facebook's login dialog: the page on which a merchant chooses Pages and permissions, and is sent back with a code.
import { html, redirect, type Answer, type Call } from './graph-answer.ts';
import type { Login } from './login.ts';
import { escapeHtml } from './markup.ts';
import type { App, User, World } from './world.ts';

const meaning: Record<string, string> = {
  pages_show_list: 'Show a list of the Pages you manage',
  pages_messaging: 'Manage and access Page conversations in Messenger',
  pages_manage_metadata: 'Manage accounts, settings and webhooks for a Page',
  business_management: 'Manage your business',
};

export function createLoginDialog({ world, login }: { world: World; login: Login }) {
  return (call: Call): Answer => {
    const query = call.url.searchParams;
    const app = world.apps.get(query.get('client_id') ?? '');
    const redirectUri = query.get('redirect_uri') ?? '';
    if (!app)
      return html(notice('Invalid App ID: The provided app ID does not look like a valid app ID.'), 400);
    if (
      !URL.canParse(redirectUri) ||
      (app.redirectUris.length > 0 && !app.redirectUris.includes(redirectUri))
    )
      return html(
        notice(
          "URL Blocked: This redirect failed because the redirect URI is not whitelisted in the app's Client OAuth Settings.",
        ),
        400,
      );
    const config = query.get('config_id');
    const asked =
      config === null ? (query.get('scope') ?? '').split(',').filter(Boolean) : app.loginConfigs[config];
    if (!asked) return html(notice('Invalid configuration'), 400);
    const form = new URLSearchParams(call.method === 'POST' ? call.body : '');
    const user = world.users.get(form.get('user') ?? query.get('user') ?? '') ?? [...world.users.values()][0];
    if (!user) return html(notice('Nobody is logged in'), 400);
    if (call.method !== 'POST') return html(dialog({ world, app, user, asked }));
    const back = new URL(redirectUri);
    if (form.get('answer') === 'cancel') {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_code', '200');
      back.searchParams.set('error_description', 'Permissions error');
      back.searchParams.set('error_reason', 'user_denied');
    } else {
      const offered = user.pages.map((role) => role.pageId);
      const pages = form.getAll('page').filter((id) => offered.includes(id));
      const scopes = form.getAll('permission').filter((scope) => asked.includes(scope));
      back.searchParams.set('code', login.grant({ app, userId: user.id, redirectUri, asked, scopes, pages }));
    }
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    return redirect(`${back.href}#_=_`);
  };
}

function notice(text: string): string {
  return frame(`<h1>Facebook</h1><p role="alert">${escapeHtml(text)}</p>`);
}

function dialog({
  world,
  app,
  user,
  asked,
}: {
  world: World;
  app: App;
  user: User;
  asked: string[];
}): string {
  const pages = user.pages
    .map(({ pageId }) => world.pages.get(pageId))
    .filter((page) => page !== undefined)
    .map(
      (page) =>
        `<label><input type="checkbox" name="page" value="${escapeHtml(page.id)}" checked> ${escapeHtml(page.name)}</label>`,
    );
  const permissions = asked.map(
    (scope) =>
      `<label><input type="checkbox" name="permission" value="${escapeHtml(scope)}" checked> ${escapeHtml(meaning[scope] ?? scope)}</label>`,
  );
  return frame(`<h1>${escapeHtml(app.name)}</h1>
<p>is asking to reach your Pages, ${escapeHtml(user.name)}.</p>
<form method="post">
<input type="hidden" name="user" value="${escapeHtml(user.id)}">
<fieldset><legend>Choose the Pages</legend>${pages.join('')}</fieldset>
<fieldset><legend>What ${escapeHtml(app.name)} may do</legend>${permissions.join('')}</fieldset>
<div class="row"><button name="answer" value="cancel">Cancel</button><button class="main" name="answer" value="continue">Continue</button></div>
</form>`);
}

function frame(inner: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Log in with Facebook</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;background:#f0f2f5;color:#1c1e21;margin:0;padding:16px}
main{max-width:460px;margin:4vh auto;background:#fff;border-radius:12px;padding:28px;box-shadow:0 2px 16px #0002}
h1{font-size:22px;margin:0 0 4px}fieldset{border:1px solid #dddfe2;border-radius:8px;margin:16px 0;padding:12px 16px}
legend{font-weight:600;padding:0 6px}label{display:block;padding:6px 0}.row{display:flex;gap:12px;justify-content:flex-end}
button{font:inherit;font-weight:600;border:0;border-radius:8px;padding:10px 20px;background:#e4e6eb;color:#050505;cursor:pointer}
button.main{background:#0866ff;color:#fff}button:focus-visible{outline:3px solid #0866ff66}
</style><main>${inner}</main></html>`;
}
