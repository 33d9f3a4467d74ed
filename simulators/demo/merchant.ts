// The merchant's part of the demo, played through the app's own routes as the embedded admin calls them.
import type { World } from '../world.ts';
import { APP_URL, MERCHANT, PAGE, SHOP } from './seed.ts';

/** A request from inside the admin's frame, with a session token as App Bridge adds it. */
export async function fromAdmin({
  world,
  path,
  form,
}: {
  world: World;
  path: string;
  form?: Record<string, string>;
}): Promise<Response> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${world.sessionToken(SHOP)}`,
    'user-agent': 'Mozilla/5.0 (the merchant)',
  };
  const body = form && new URLSearchParams(form);
  return world.toApp(
    new Request(`${APP_URL}${path}`, { method: form ? 'POST' : 'GET', headers, body, redirect: 'manual' }),
  );
}

const MESSENGER = '/app/messenger?_data=routes%2Fapp.messenger';

async function act<T>({ world, form }: { world: World; form: Record<string, string> }): Promise<T> {
  const answer = await fromAdmin({ world, path: MESSENGER, form });
  if (!answer.ok)
    throw new Error(
      `The admin's Messenger page answered ${answer.status} to ${form.intent}: ${(await answer.text()).slice(0, 300)}`,
    );
  return (await answer.json()) as T;
}

/** A page of the app's outside the admin's frame, in the window that Facebook's login was opened in. */
async function outside({
  world,
  address,
  form,
}: {
  world: World;
  address: string;
  form?: URLSearchParams;
}): Promise<string> {
  const headers = { 'user-agent': 'Mozilla/5.0' };
  const answer = await world.toApp(
    new Request(address, { method: form ? 'POST' : 'GET', headers, body: form, redirect: 'manual' }),
  );
  const text = await answer.text();
  if (answer.status >= 400)
    throw new Error(`The app's callback answered ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}

/** Logs in at Facebook, agrees to everything, comes back, says that the shop is their own, and chooses the Page. */
export async function connectPage({ world }: { world: World }): Promise<void> {
  const { url } = await act<{ url: string }>({ world, form: { intent: 'connect' } });
  const agreed = new URLSearchParams({ answer: 'continue', page: PAGE.id });
  for (const scope of [
    'pages_show_list',
    'pages_messaging',
    'pages_manage_metadata',
    'business_management',
    'public_profile',
  ])
    agreed.append('permission', scope);
  const back = await world.handle(new Request(url, { method: 'POST', body: agreed, redirect: 'manual' }));
  const address = back.headers.get('location')!;
  const callback = await outside({ world, address });
  const sure = Object.fromEntries(
    [...callback.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
  );
  await outside({ world, address, form: new URLSearchParams(sure) });
  await act({ world, form: { intent: 'choose', metaPageId: PAGE.id } });
}

/** The merchant's own test: the link on their own phone, Notify Me, "pretend it is back", and the real message. */
export async function passTest({
  world,
  until,
}: {
  world: World;
  until: (what: string, holds: () => boolean | Promise<boolean>) => Promise<void>;
}): Promise<void> {
  const { url } = await act<{ url: string }>({ world, form: { intent: 'test-link' } });
  const phone = world.messenger.phone(MERCHANT.id);
  if (phone.openLink(url).outcome === 'get_started') phone.tapGetStarted();
  const asked = () => phone.messages().some((message) => isRequest(message.content));
  await until('the test card to arrive', asked);
  phone.tapNotifyMe();
  await until('the test to be taken up', async () => {
    const answer = await fromAdmin({ world, path: MESSENGER, form: { intent: 'pretend' } });
    return answer.ok && ((await answer.json()) as { outcome?: string }).outcome === 'pretended';
  });
  await until('the test message to arrive', () =>
    world.messenger.ledger().some((line) => line.personId === MERCHANT.id && line.paidBy === 'token'),
  );
}

const isRequest = (content: unknown) => JSON.stringify(content).includes('one_time_notif_req');
