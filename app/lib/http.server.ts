// Bodies as raw bytes, up to a limit: signatures are computed on what came, not on what it means.
export const WEBHOOK_BODY_LIMIT = 5 * 1024 * 1024;

/** The request's raw bytes. @throws a 413 `Response` when there are more than `limit`; what is left of them stays unread. */
export async function readBody(request: Request, limit = WEBHOOK_BODY_LIMIT): Promise<Buffer> {
  const tooLarge = () =>
    new Response('The body is too large.', { status: 413, headers: { connection: 'close' } });
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  if (request.body === null) return Buffer.alloc(0);
  // By hand: leaving a `for await` would cancel the stream, and the sender would see its connection die instead of our answer.
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.length;
    if (size > limit) throw tooLarge();
    chunks.push(value);
  }
}

/** Runs a webhook door's one transaction; when our database can't keep the event, answers 503 so that the sender tries again. */
export async function keepOr503(
  keep: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): Promise<Response> {
  try {
    await keep();
    return new Response(null, { status: 200 });
  } catch (error) {
    onFailure(error);
    return new Response('Not kept; please deliver again.', { status: 503, headers: { 'retry-after': '5' } });
  }
}
