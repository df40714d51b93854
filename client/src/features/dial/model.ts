import { onSignOut } from '~/api/session';
import { saveLocal, currentOwner, readLocal } from '~/core/device-storage';
import { createStore } from '~/core/store';

const STORAGE_KEY = 'dial.last';
const MAX_DIGITS = 40;
const MAX_SUGGESTIONS = 3;

export interface Dialled {
  typed: string;
  /** The number dialled last on this device, for redial. */
  last: string;
}

export const dialled = createStore<Dialled>({ typed: '', last: '' });
onSignOut(() => dialled.setState(() => ({ typed: '', last: '' })));

/**
 * Return the dialable part of a text: "+49 (30) 12-34" becomes "+49301234"; letters become digits. sip: and tel: links
 * become their number.
 */
export function dialable(text: string): string {
  const stripped = text
    .trim()
    .replace(/^(tel|sips?|callto):/i, '')
    .replace(/[@;?].*$/, '');
  const digits = stripped.replaceAll(/[a-z]/gi, (letter) => digitOf(letter));
  const dialableOnly = digits.replaceAll(/[^0-9*#+]/g, '');
  return (dialableOnly[0] === '+' ? '+' : '') + dialableOnly.replaceAll('+', '').slice(0, MAX_DIGITS);
}

function digitOf(letter: string): string {
  const at = 'abcdefghijklmnopqrstuvwxyz'.indexOf(letter.toLowerCase());
  return '22233344455566677778889999'[at] ?? '';
}

export function setTyped(text: string): void {
  dialled.setState((before) => ({ ...before, typed: dialable(text) }));
}

export function appendKey(key: string): void {
  setTyped(dialled.state.typed + key);
}

export function backspace(): void {
  setTyped(dialled.state.typed.slice(0, -1));
}

/** Return the number to call. With an empty field, fill in the last number first: one tap shows it, the next calls. */
export function takeDialledNumber(): string {
  const { typed, last } = dialled.state;
  if (!typed) {
    dialled.setState((before) => ({ ...before, typed: last }));
    return '';
  }
  dialled.setState(() => ({ typed: '', last: typed }));
  void saveLocal(currentOwner(), STORAGE_KEY, typed);
  return typed;
}

export async function restoreLastNumber(): Promise<void> {
  const last = await readLocal(STORAGE_KEY);
  if (typeof last !== 'string') return;
  dialled.setState((before) => ({ ...before, last: before.last || last }));
}

interface Person {
  id: string;
  name: string;
  number: string;
}

/** Suggest colleagues for typed digits: exact number first, then number prefix, then name by keypad letters. */
export function suggest<T extends Person>(people: readonly T[], typed: string): T[] {
  if (!typed) return [];
  const rank = (each: T): number => {
    if (each.number === typed) return 0;
    if (each.number.startsWith(typed)) return 1;
    const words = each.name.split(/[\s\-.,]+/).map((word) => dialable(word.normalize('NFD').replaceAll(/\p{M}/gu, '')));
    return typed.length > 1 && words.some((word) => word.startsWith(typed)) ? 2 : 9;
  };
  return people
    .map((each) => ({ each, rank: rank(each) }))
    .filter((found) => found.rank < 9)
    .sort((a, b) => a.rank - b.rank || a.each.name.localeCompare(b.each.name))
    .slice(0, MAX_SUGGESTIONS)
    .map((found) => found.each);
}
