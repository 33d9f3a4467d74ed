// Meta's printed limits, each tried from both sides where a message could come near them.
import { expect, test } from 'vitest';
import { startSimulators } from './start-simulators.ts';

const button = (over: object) => ({
  attachment: {
    type: 'template',
    payload: {
      template_type: 'button',
      text: 'x',
      buttons: [{ type: 'web_url', title: 'Buy', url: 'https://a.test' }],
      ...over,
    },
  },
});
const generic = (over: object) => ({
  attachment: {
    type: 'template',
    payload: { template_type: 'generic', elements: [{ title: 'Shirt', subtitle: 'M', ...over }] },
  },
});
const request = (over: object) => ({
  attachment: {
    type: 'template',
    payload: { template_type: 'one_time_notif_req', title: 't', payload: 'p', ...over },
  },
});
test.each([
  ['text of 2000', { text: 'x'.repeat(2000) }, false],
  ['text of 1999', { text: 'x'.repeat(1999) }, true],
  ['metadata of 1000', { text: 'x', metadata: 'x'.repeat(1000) }, false],
  ['button text of 640', button({ text: 'x'.repeat(640) }), true],
  ['button text of 641', button({ text: 'x'.repeat(641) }), false],
  ['four buttons', button({ buttons: Array(4).fill({ type: 'postback', title: 'a', payload: 'b' }) }), false],
  [
    'button title of 21',
    button({ buttons: [{ type: 'postback', title: 'x'.repeat(21), payload: 'b' }] }),
    false,
  ],
  [
    'postback of 1001',
    button({ buttons: [{ type: 'postback', title: 'a', payload: 'x'.repeat(1001) }] }),
    false,
  ],
  ['card title of 81', generic({ title: 'x'.repeat(81) }), false],
  ['card of a title alone', generic({ subtitle: undefined }), false],
  ['card with picture', generic({ image_url: 'https://a.test/1.jpg' }), true],
  ['request title of 65', request({ title: 'x'.repeat(65) }), true],
  ['request title of 66', request({ title: 'x'.repeat(66) }), false],
  ['request with a picture', request({ image_url: 'https://a.test/1.jpg' }), false],
  ['unknown template', { attachment: { type: 'template', payload: { template_type: 'media2' } } }, false],
])('limits: %s', async (_name, message, fits) => {
  const { call, arrive } = startSimulators();
  const answer = await call({ body: { recipient: { id: arrive() }, message } });
  expect(answer.status).toBe(fits ? 200 : 400);
  if (!fits) expect(answer.body.error.code).toBe(100);
});
