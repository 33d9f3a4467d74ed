// Rows as CSV (RFC 4180) that no spreadsheet will take for formulas.
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: string | number | Date | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = value instanceof Date ? value.toISOString() : value;
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One line, its end included. Text that begins like a formula gets an apostrophe in front: https://owasp.org/www-community/attacks/CSV_Injection */
export const csvLine = (cells: (string | number | Date | null)[]): string =>
  `${cells.map(cell).join(',')}\r\n`;
