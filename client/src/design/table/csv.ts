import type { Column } from './model';

/** Begins a formula in a spreadsheet, unless it is a telephone number. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?[0-9][0-9 ()/.,-]*$/;

function field(value: string | number | null | undefined): string {
  const text = String(value ?? '');
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n;]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** CSV of the columns that have values, by RFC 4180, with a byte order mark for spreadsheets. */
export function toCsv<T>(columns: Column<T>[], items: T[]): string {
  const exported = columns.filter((each) => each.value);
  const rows = [exported.map(({ title }) => title), ...items.map((item) => exported.map(({ value }) => value!(item)))];
  return `\uFEFF${rows.map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

/** Let the browser save a file. */
export function download(name: string, content: string | Blob, type = 'text/csv;charset=utf-8'): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
