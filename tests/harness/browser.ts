// A browser for the tests of one file; it closes with the file and reaches nothing but this machine.
import type { Browser } from 'playwright-core';
import { afterAll } from 'vitest';
import { launchChromium } from '../../scripts/chromium.ts';

/** `hosts` maps the names a page uses to addresses of this machine: `{ 'shop.example': '127.0.0.1:4000' }`. */
export async function openBrowser({ hosts }: { hosts?: Record<string, string> } = {}): Promise<Browser> {
  const browser = await launchChromium({ hosts });
  afterAll(() => browser.close());
  return browser;
}
