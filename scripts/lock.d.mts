// What lock.mjs offers to TypeScript; it stays plain JavaScript because setting up uses it before Node 24 is there.
export function birthOf(pid: number): string;
export function isAlive(pid: number): boolean;
export function withLock<T>(input: {
  path: string;
  work: () => Promise<T>;
  onWait?: (holder: string) => void;
  limitMs?: number;
}): Promise<T>;
