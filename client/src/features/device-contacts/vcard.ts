/** Reads names and telephone numbers of vCards: 4.0 (RFC 6350), 3.0 (RFC 2426) and 2.1. Other properties are left. */

export interface DeviceContact {
  name: string;
  /** As they are written in the file. */
  numbers: string[];
}

/** A card that cannot be used: the line on which it begins, and why. */
export interface CardFault {
  line: number;
  reason: 'version' | 'unfinished' | 'no_name' | 'no_number';
}

export interface CardFile {
  contacts: DeviceContact[];
  faults: CardFault[];
}

export const MOST_CONTACTS = 10_000;
export const MOST_BYTES = 10 * 1024 * 1024;
const MOST_NUMBERS = 20;
const MOST_NAME = 200;
const VERSIONS = ['4.0', '3.0', '2.1'];

interface Card {
  line: number;
  version: string;
  name: string;
  structured: string;
  organisation: string;
  numbers: string[];
}

/** The cards of a file. Cards beyond the maximum are left out. */
export function readCards(text: string): CardFile {
  const file: CardFile = { contacts: [], faults: [] };
  let card: Card | undefined;
  const finish = (reason?: CardFault['reason']) => {
    if (card && file.contacts.length < MOST_CONTACTS) addCard(file, card, reason);
    card = undefined;
  };
  for (const { line, content } of unfolded(text)) {
    const found = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)$/s.exec(content);
    if (!found) continue;
    const [, property = '', parameters = '', raw = ''] = found;
    const name = property.toUpperCase();
    const marker = raw.trim().toUpperCase() === 'VCARD';
    if (name === 'BEGIN' && marker) {
      finish('unfinished');
      card = { line, version: '', name: '', structured: '', organisation: '', numbers: [] };
    } else if (name === 'END' && marker) finish();
    else if (card) apply(card, name, isQuoted(parameters) ? unquoted(raw, parameters) : raw);
  }
  finish('unfinished');
  return file;
}

/** Contacts as a file of vCards 4.0 (RFC 6350). */
export function writeCards(contacts: readonly DeviceContact[]): string {
  const lines = contacts.flatMap(({ name, numbers }) => [
    'BEGIN:VCARD',
    'VERSION:4.0',
    `FN:${escaped(name)}`,
    ...numbers.map((each) => `TEL:${escaped(each)}`),
    'END:VCARD',
    '',
  ]);
  return lines
    .filter(Boolean)
    .map((each) => `${each}\r\n`)
    .join('');
}

function escaped(value: string): string {
  return value.replaceAll(/[\\,;]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ');
}

function addCard({ contacts, faults }: CardFile, card: Card, reason?: CardFault['reason']): void {
  const name = (card.name || card.structured || card.organisation).slice(0, MOST_NAME);
  const numbers = [...new Set(card.numbers)].slice(0, MOST_NUMBERS);
  const fault =
    reason ??
    (!VERSIONS.includes(card.version) ? 'version' : !name ? 'no_name' : numbers.length === 0 ? 'no_number' : undefined);
  if (fault) faults.push({ line: card.line, reason: fault });
  else contacts.push({ name, numbers });
}

function apply(card: Card, name: string, value: string): void {
  if (name === 'VERSION') card.version = value.trim();
  else if (name === 'FN') card.name ||= plain(value);
  else if (name === 'N') {
    const [family = '', given = '', middle = '', prefix = '', suffix = ''] = components(value);
    card.structured = [prefix, given, middle, family, suffix].filter(Boolean).join(' ');
  } else if (name === 'ORG') card.organisation = components(value)[0] ?? '';
  else if (name === 'TEL') {
    const number = plain(value.replace(/^\s*tel:([^;]*).*$/is, '$1'));
    if (/\d/.test(number) && number.length <= 40) card.numbers.push(number);
  }
}

/** Logical lines with the number of their first line (RFC 6350 section 3.2). */
function* unfolded(text: string): Generator<{ line: number; content: string }> {
  let current: { line: number; content: string } | undefined;
  let at = 0;
  for (const each of text.split(/\r\n|\n|\r/)) {
    at += 1;
    // Version 2.1 continues a quoted-printable line with "=" at its end.
    const continued = current?.content.endsWith('=') && isQuoted(current.content.split(':')[0] ?? '');
    if (current && continued) current.content = current.content.slice(0, -1) + each;
    else if (current && /^[ \t]/.test(each)) current.content += each.slice(1);
    else {
      if (current?.content) yield current;
      current = { line: at, content: each };
    }
  }
  if (current?.content) yield current;
}

function isQuoted(parameters: string): boolean {
  return /;(?:ENCODING=)?QUOTED-PRINTABLE/i.test(parameters);
}

function unquoted(value: string, parameters: string): string {
  const [, charset = 'utf-8'] = /;CHARSET=([\w-]+)/i.exec(parameters) ?? [];
  const bytes: number[] = [];
  for (const [each, hex] of value.matchAll(/=([0-9a-f]{2})|[^]/gi)) {
    if (hex) bytes.push(Number.parseInt(hex, 16));
    else bytes.push(...new TextEncoder().encode(each));
  }
  try {
    return new TextDecoder(charset).decode(new Uint8Array(bytes));
  } catch {
    return new TextDecoder().decode(new Uint8Array(bytes));
  }
}

function components(value: string): string[] {
  return (value.match(/(?:[^;\\]|\\[^])+|(?<=^|;)(?=;|$)/g) ?? []).map(plain);
}

function plain(value: string): string {
  return value
    .replace(/\\([^])/g, (_, char: string) => (char === 'n' || char === 'N' ? ' ' : char))
    .replace(/\s+/g, ' ')
    .trim();
}
