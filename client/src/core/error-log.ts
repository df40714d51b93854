/** Recent errors, kept in memory only, for diagnostics reports. Names, numbers and addresses are redacted. */
export interface LoggedError {
  /** ISO 8601. */
  at: string;
  message: string;
  location: string;
}

const MAX_ENTRIES = 30;
const MAX_LENGTH = 300;

let entries: LoggedError[] = [];

export function logFault(message: string, location: string, now = new Date()): void {
  const entry = { at: now.toISOString(), message: redact(message), location: redact(location) };
  entries = [...entries, entry].slice(-MAX_ENTRIES);
}

export function loggedErrors(): readonly LoggedError[] {
  return entries;
}

/** Redact personal data: addresses, numbers, identifiers, codes and quoted text. */
export function redact(text: string): string {
  return text
    .replaceAll(/https?:\/\/[^/\s]+/g, '')
    .replaceAll(/[?#][^\s)]*/g, '')
    .replaceAll(/sips?:[^\s>;,]+/gi, 'sip:…')
    .replaceAll(/[^\s@<>"'(]+@[^\s@<>"')]+/g, '…@…')
    .replaceAll(/"[^"]*"|“[^”]*”|'[^']*'/g, '"…"')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '…')
    .replaceAll(/(?<![\w-])[A-Za-z0-9_]{24,}(?![\w-])/g, '…')
    .replaceAll(/\+?\d[\d ()/-]{4,}\d/g, '…')
    .slice(0, MAX_LENGTH);
}

/** Log unhandled errors and rejections. */
export function captureUnhandledErrors(target: Pick<Window, 'addEventListener'> = window): void {
  target.addEventListener('error', ({ error, message, filename, lineno, colno }) => {
    logFault(describe(error, message), `${filename}:${lineno}:${colno}`);
  });
  target.addEventListener('unhandledrejection', ({ reason }) => logError(reason));
}

/** Log an error with its first stack frame. */
export function logError(error: unknown): void {
  logFault(describe(error, 'rejected'), firstFrame(error));
}

function describe(error: unknown, fallback: string): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : fallback;
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
