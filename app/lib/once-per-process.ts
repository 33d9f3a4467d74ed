// Values that a process has once, although the built web process loads modules twice.

/** What `make` made when it was first asked for by this name, in whichever copy of the code. */
export function oncePerProcess<T>(name: string, make: () => T): T {
  const all = globalThis as unknown as Record<symbol, T>;
  const key = Symbol.for(`notify-me ${name}`);
  return (all[key] ??= make());
}
