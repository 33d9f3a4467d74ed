// Random walks over the mini themes: whatever a shopper does, the button and the links on cards are right.
import { afterAll, expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { DOMAIN } from './shopfront.ts';
import { FORMS, openWalks, walk } from './walk.ts';

const walks = await openWalks();
afterAll(walks.close);
const browser = await openBrowser({ hosts: { [DOMAIN]: walks.host } });
/** Steps of each walk; `WALK_STEPS=1000 WALK_SEED=7` makes a longer one. */
const steps = Number(process.env.WALK_STEPS ?? 12);
const seed = Number(process.env.WALK_SEED ?? 1);

for (const theme of ['select', 'swap', 'events', 'vintage'])
  for (const form of Object.keys(FORMS)) {
    // The theme of the old kind takes no block.
    if (theme === 'vintage' && form === 'block') continue;
    test(
      `${theme}, ${form}: no state of a random walk is wrong`,
      async () => {
        const front = walks.open({ theme, form });
        const { judged, wrong } = await walk({ browser, front, form, seed, steps });
        expect(wrong).toEqual([]);
        expect(judged).toBe(steps);
      },
      60_000 + steps * 1_000,
    );
  }
