// One-Time Notification: one yes, one message, one key. Spent once, dies a year after the grant.
import { DAY, later, MINUTE } from '../../lib/clock.ts';
import { idText } from '../../lib/json.ts';
import type { PermissionKind, Recipient } from './permission.ts';

export const oneTimeNotification: PermissionKind = {
  name: 'one_time_token',
  ask: ({ title, payload }) => ({
    attachment: { type: 'template', payload: { template_type: 'one_time_notif_req', title, payload } },
  }),
  readGrant(event) {
    const optin = event.optin;
    if (typeof optin !== 'object' || optin === null || Array.isArray(optin)) return null;
    const token = idText(optin.one_time_notif_token);
    if (optin.type !== 'one_time_notif_req' || token === undefined) return null;
    // Meta sends back the text that we gave; an app of old saw an object here.
    const { payload } = optin;
    return {
      token,
      payload: typeof payload === 'string' ? payload : payload === undefined ? '' : JSON.stringify(payload),
    };
  },
  // "Within 1 year of creation": 365 days, so that a leap year never makes us late.
  diesAt: (at) => later(at, 365 * DAY),
  whenLost: { may: 'same_call', waitMs: MINUTE, giveUpMs: 5 * MINUTE },
};

export const addressedByToken = (token: string): Recipient => ({ one_time_notif_token: token });
