/** What went wrong of late, in memory alone, to be shown in a diagnostics report. Nobody's name, number or address is in it. */
export interface Noted {
  /** ISO 8601. */
  at: string;
  what: string;
  where: string;
}

const MOST = 30;
const LONGEST = 300;

let noted: Noted[] = [];

export function noteFault(what: string, where: string, now = new Date()): void {
  const entry = { at: now.toISOString(), what: scrubbed(what), where: scrubbed(where) };
  noted = [...noted, entry].slice(-MOST);
}

export function faults(): readonly Noted[] {
  return noted;
}

/** Take out what may be somebody's: addresses, numbers, identifiers, codes, what stood in quotation marks. */
export function scrubbed(text: string): string {
  return text
    .replaceAll(/https?:\/\/[^/\s]+/g, '')
    .replaceAll(/[?#][^\s)]*/g, '')
    .replaceAll(/sips?:[^\s>;,]+/gi, 'sip:…')
    .replaceAll(/[^\s@<>"'(]+@[^\s@<>"')]+/g, '…@…')
    .replaceAll(/"[^"]*"|“[^”]*”|'[^']*'/g, '"…"')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '…')
    .replaceAll(/(?<![\w-])[A-Za-z0-9_]{24,}(?![\w-])/g, '…')
    .replaceAll(/\+?\d[\d ()/-]{4,}\d/g, '…')
    .slice(0, LONGEST);
}

/** Note what nobody caught. */
export function watchFaults(place: Pick<Window, 'addEventListener'> = window): void {
  place.addEventListener('error', ({ error, message, filename, lineno, colno }) => {
    noteFault(describe(error, message), `${filename}:${lineno}:${colno}`);
  });
  place.addEventListener('unhandledrejection', ({ reason }) => noteError(reason));
}

/** Note an error with where it was thrown. */
export function noteError(error: unknown): void {
  noteFault(describe(error, 'rejected'), firstFrame(error));
}

function describe(error: unknown, otherwise: string): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : otherwise;
}

function firstFrame(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return (
    stack
      .split('\n')
      .find((line) => /:\d+:\d+/.test(line))
      ?.trim() ?? ''
  );
}
