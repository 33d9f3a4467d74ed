// Waits for an answer only so long.

/** What `work` brings, or undefined when it takes longer than `ms`; then its own end is nobody's concern any more. */
export async function withTimeout<T>({ ms, work }: { ms: number; work: Promise<T> }): Promise<T | undefined> {
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    alarm = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(alarm));
}
