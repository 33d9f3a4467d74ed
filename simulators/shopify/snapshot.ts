// Lets the simulator's memory outlive its process: plain JSON that keeps big integers, dates and maps what they were.

type Tagged = { $int: string } | { $date: string } | { $map: [unknown, unknown][] };

export function freeze(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, current: unknown) {
    // Date.prototype.toJSON has already run on `current`, so the original is read from its holder.
    const original = this[key];
    if (original instanceof Date) return { $date: original.toISOString() };
    if (typeof original === 'bigint') return { $int: String(original) };
    if (original instanceof Map) return { $map: [...original] };
    return current;
  });
}

export function thaw<T>(text: string): T {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const tagged = value as Tagged;
    if ('$int' in tagged) return BigInt(tagged.$int);
    if ('$date' in tagged) return new Date(tagged.$date);
    if ('$map' in tagged) return new Map(tagged.$map);
    return value;
  }) as T;
}
