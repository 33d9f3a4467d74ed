// How long Shopify waits for an app's answer to a webhook.

/** The status of an answer that comes in time. */
export async function within(answer: Promise<Response>, ms: number): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), ms);
  const status = answer.then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => null,
  );
  try {
    return await Promise.race([status, promise]);
  } finally {
    clearTimeout(timer);
  }
}
