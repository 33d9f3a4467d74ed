// Makes ids and tokens in the shape of Meta's own, from one source of chance, so that a seeded run repeats itself.
export type Mint = ReturnType<typeof createMint>;

export function createMint(random: () => number) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  function text(length: number): string {
    let made = '';
    while (made.length < length) {
      // Five letters from one draw: sends are benchmarked, and a draw per letter would show.
      let draw = Math.floor(random() * 916_132_832);
      for (let i = 0; i < 5; i++) {
        made += alphabet[draw % 62];
        draw = Math.floor(draw / 62);
      }
    }
    return made.slice(0, length);
  }
  function digits(length: number): string {
    let made = String(1 + Math.floor(random() * 9));
    while (made.length < length) made += String(Math.floor(random() * 1e6)).padStart(6, '0');
    return made.slice(0, length);
  }
  return {
    text,
    digits,
    chance: random,
    mid: () => `m_${text(40)}`,
    psid: () => digits(17),
    oneTimeToken: () => text(30),
    accessToken: () => `EAA${text(60)}`,
    code: () => `AQ${text(60)}`,
    trace: () => `A${text(21)}`,
  };
}
