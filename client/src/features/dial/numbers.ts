/** Numbers as they are typed and pasted. */

import type { PhoneNumbers } from '~/features/phone-numbers';

export interface ParsedNumber {
  /** The dialled text: digits, *, # and a leading plus; or a name, as it was given. */
  typed: string;
  /** Digits to press when the call is answered; empty if none. */
  extension: string;
}

export interface FormattedNumber {
  text: string;
  /** ISO 3166 code of the country of an international number. */
  country?: string;
}

const MAX_DIGITS = 40;
const MAX_NAME = 80;
const URI_SCHEME = /^(tel|sips?|callto|web\+unificx):(\/\/)?/i;
const EXTENSION = /(?:;ext=|[\s,]+(?:ext(?:ension)?|extn|x|durchwahl|dw)[\s.:]*)(\d{1,7})\s*$/i;
const LABEL = /^[\p{L}\s./-]{2,20}:\s*/u;

/**
 * Return the dialable part of a text: "+49 (0)30 12-34" becomes "+49301234"; letters become digits. sip: and tel: links
 * become their number.
 */
export function dialable(text: string): string {
  const stripped = withoutTrunkZero(withoutUri(text));
  const digits = stripped.replaceAll(/[a-z]/gi, (letter) => digitOf(letter));
  const dialableOnly = digits.replaceAll(/[^0-9*#+]/g, '');
  return (dialableOnly[0] === '+' ? '+' : '') + dialableOnly.replaceAll('+', '').slice(0, MAX_DIGITS);
}

/** Keep names as they are; reduce numbers to what is dialled. */
export function normalizeTyped(text: string): string {
  if (URI_SCHEME.test(text.trim())) return dialable(text);
  return hasLetters(text) ? text.trimStart().slice(0, MAX_NAME) : dialable(text);
}

export function hasLetters(text: string): boolean {
  return /\p{L}/u.test(text);
}

/** Read a pasted text: drop a label and "(0)", split the extension off. */
export function parsePasted(text: string, library?: PhoneNumbers): ParsedNumber {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  const parsed = library?.parsePhoneNumberFromString(trimmed.replace(URI_SCHEME, ''), { extract: true });
  if (parsed?.isPossible()) return { typed: parsed.number, extension: parsed.ext ?? '' };
  const extension = /\d/.test(trimmed) ? (EXTENSION.exec(trimmed)?.[1] ?? '') : '';
  const rest = extension ? trimmed.replace(EXTENSION, '') : trimmed;
  const unlabelled = URI_SCHEME.test(rest) ? rest : rest.replace(LABEL, '');
  return { typed: normalizeTyped(/\d/.test(unlabelled) ? unlabelled : rest), extension };
}

/**
 * Group the digits of an international number, and of a national one with its leading zero in `home` (ISO 3166).
 * Everything else is shown as typed: it may be an extension.
 */
export function formatTyped(typed: string, library?: PhoneNumbers, home = ''): FormattedNumber {
  if (!library) return { text: typed };
  if (library.isSupportedCountry(home) && /^0[1-9]\d{2,}$/.test(typed))
    return { text: new library.AsYouType(home).input(typed) };
  if (!/^\+\d+$/.test(typed)) return { text: typed };
  const formatter = new library.AsYouType();
  const text = formatter.input(typed);
  return { text, country: formatter.getCountry() };
}

/** Return the digits of a name on a dial pad: "Jörg" becomes "5674". */
export function keypadDigits(name: string): string {
  return dialable(name.normalize('NFD').replaceAll(/\p{M}/gu, ''));
}

/** Position in a formatted text after that many characters that are dialled. */
export function positionAfter(formatted: string, count: number): number {
  let seen = 0;
  for (let at = 0; at < formatted.length; at += 1) {
    if (seen === count) return at;
    if (/[0-9*#+]/.test(formatted.charAt(at))) seen += 1;
  }
  return formatted.length;
}

/** The country code is followed by the number without its trunk prefix, except in Italy and San Marino. */
function withoutTrunkZero(text: string): string {
  return /^\s*(\+|00)(?!39|378)/.test(text) ? text.replace(/\(0\)/, '') : text;
}

function withoutUri(text: string): string {
  const trimmed = text.trim();
  const stripped = trimmed.replace(URI_SCHEME, '');
  return stripped === trimmed ? trimmed : decoded(stripped).replace(/[@;?/].*$/, '');
}

/** Undo percent-encoding, if it is one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function digitOf(letter: string): string {
  const at = 'abcdefghijklmnopqrstuvwxyz'.indexOf(letter.toLowerCase());
  return '22233344455566677778889999'[at] ?? '';
}
