// What the benches' app seals with: nobody's secret, and the same in each, so that a kept database can be opened again.
export const SEALING_KEY = Buffer.from('a key for the bench, 32 bytes ok').toString('base64');
