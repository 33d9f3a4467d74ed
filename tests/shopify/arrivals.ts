// Where the app's own calls to Shopify arrive in a test: at the simulator, over real HTTP; something may happen while one is on its way.
import { afterAll, beforeAll } from 'vitest';
import { serve, type Listening } from '../../simulators/network/host.ts';
import type { Shopify } from '../../simulators/shopify/shopify.ts';

export function openArrivals({ handle }: Pick<Shopify, 'handle'>) {
  const meanwhile: (() => Promise<unknown>)[] = [];
  let testApp: Listening;
  beforeAll(async () => {
    testApp = await serve({
      handle: async (request) => {
        await meanwhile.shift()?.();
        return handle(request);
      },
    });
    process.env.SIMULATORS_ADDRESS = `http://127.0.0.1:${testApp.port}`;
    await import('../../simulators/network/preload.ts');
  });
  afterAll(() => testApp.stop());
  return {
    /** Done while the app's next call is on its way. */
    during: (work: () => Promise<unknown>) => void meanwhile.push(work),
  };
}
