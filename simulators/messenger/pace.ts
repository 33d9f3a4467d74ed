// Counts what each Page sends in a rolling second: to refuse as Meta does, and to show a test how fast the app really was.
export type Pace = ReturnType<typeof createPace>;
type Window = { stamps: number[]; head: number };

const second = 1000;

export function createPace() {
  const accepted = new Map<string, Window>();
  const all = new Map<string, Window & { total: number; peak: number }>();

  function trim({ window, at }: { window: Window; at: number }): number {
    const { stamps } = window;
    while (window.head < stamps.length && stamps[window.head]! <= at - second) window.head++;
    if (window.head > 4096) {
      stamps.splice(0, window.head);
      window.head = 0;
    }
    return stamps.length - window.head;
  }

  function windowOf(pageId: string): Window {
    let window = accepted.get(pageId);
    if (!window) accepted.set(pageId, (window = { stamps: [], head: 0 }));
    return window;
  }

  return {
    called({ pageId, at }: { pageId: string; at: number }): void {
      let window = all.get(pageId);
      if (!window) all.set(pageId, (window = { stamps: [], head: 0, total: 0, peak: 0 }));
      window.total++;
      window.stamps.push(at);
      window.peak = Math.max(window.peak, trim({ window, at }));
    },
    acceptedInLastSecond({ pageId, at }: { pageId: string; at: number }): number {
      return trim({ window: windowOf(pageId), at });
    },
    accept({ pageId, at }: { pageId: string; at: number }): void {
      windowOf(pageId).stamps.push(at);
    },
    of(pageId: string): { total: number; peakPerSecond: number } {
      const window = all.get(pageId);
      return { total: window?.total ?? 0, peakPerSecond: window?.peak ?? 0 };
    },
    forget(): void {
      accepted.clear();
      all.clear();
    },
  };
}
