// Fetches a file with the session token (a plain link could not carry one) and hands it to the browser, counting its lines on the way.
import { useState } from 'react';
import { useWords } from './words.tsx';

export function useExport(address: string, name: string) {
  const [rows, setRows] = useState<number | null>(null);
  const { say } = useWords();
  async function start() {
    setRows(0);
    try {
      const response = await fetch(address);
      if (!response.ok || response.body === null) throw new Error(String(response.status));
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      let lines = -1;
      for (const reader = response.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        pieces.push(value);
        for (const byte of value) if (byte === 10) lines += 1;
        setRows(Math.max(0, lines));
      }
      const url = URL.createObjectURL(new Blob(pieces, { type: 'text/csv' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      URL.revokeObjectURL(url);
      window.shopify.toast.show(say('waitlist.exported', { rows: Math.max(0, lines) }));
    } catch {
      window.shopify.toast.show(say('done.failed'), { isError: true });
    } finally {
      setRows(null);
    }
  }
  return { start: () => void start(), busy: rows !== null, rows: rows ?? 0 };
}
