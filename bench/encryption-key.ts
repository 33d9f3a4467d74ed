// What the benches' app encrypts with: nobody's secret, and the same in each, so that a kept database can be opened again.
export const ENCRYPTION_KEY = Buffer.from('a key for the bench, 32 bytes ok').toString('base64');
