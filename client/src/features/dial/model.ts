import type { Colleague } from '~/api';
import { onSignOut } from '~/api/session';
import { saveLocal, currentOwner, readLocal } from '~/core/device-storage';
import { createStore } from '~/core/store';
import { searchColleagues } from '~/features/directory';
import { loadPhoneNumbers } from '~/features/phone-numbers';
import { dialable, hasLetters, keypadDigits, normalizeTyped, parsePasted } from './numbers';

const LAST_KEY = 'dial.last';
const RECENT_KEY = 'dial.recent';
const MAX_RECENT = 12;
export const MAX_SUGGESTIONS = 3;
const MAX_ON_PAD = 4;

export interface Dialled {
  /** A number reduced to what is dialled, or a name as typed. */
  typed: string;
  /** Digits that a pasted number says to press after the answer. */
  extension: string;
  /** The number dialled last on this device, for redial. */
  last: string;
  /** Numbers dialled on this device, newest first, without repetitions. */
  recent: string[];
  /** Why the last attempt placed no call. The typed text is kept. */
  refused?: 'offline' | 'ambiguous' | 'unknown';
}

const INITIAL: Dialled = { typed: '', extension: '', last: '', recent: [] };

export const dialled = createStore<Dialled>(INITIAL);
onSignOut(() => dialled.setState(() => INITIAL));

export function setTyped(text: string): void {
  dialled.setState(({ last, recent, extension }) => {
    const typed = normalizeTyped(text);
    return { typed, last, recent, extension: typed ? extension : '' };
  });
}

/** Replace the field by a pasted number. */
export async function paste(text: string): Promise<void> {
  const { typed, extension } = parsePasted(text, await loadPhoneNumbers());
  dialled.setState(({ last, recent }) => ({ typed, extension, last, recent }));
}

export function appendKey(key: string): void {
  setTyped(dialled.state.typed + key);
}

export function backspace(): void {
  setTyped([...dialled.state.typed].slice(0, -1).join(''));
}

/**
 * Return the number to call; empty if none is known. An empty field is filled with the last number: one press shows it,
 * the next calls. A name stands for the only colleague it matches.
 */
export function takeDialledNumber(people: Colleague[], online = true): string {
  const { typed, last } = dialled.state;
  if (!typed) {
    dialled.setState((before) => ({ ...before, typed: last, refused: undefined }));
    return '';
  }
  if (!online) return refuse('offline');
  const found = resolve(people, typed);
  if (typeof found === 'object') return refuse(found.refused);
  remember(found);
  return found;
}

/** The number of a typed text, or why it stands for none. */
export function resolve(people: Colleague[], typed: string): string | { refused: 'ambiguous' | 'unknown' } {
  if (!hasLetters(typed)) return typed;
  const matches = searchColleagues(people, typed);
  const exact = matches.filter((each) => each.name.toLowerCase() === typed.trim().toLowerCase());
  const found = exact.length > 0 ? exact : matches;
  if (found.length > 1) return { refused: 'ambiguous' };
  if (found[0]) return found[0].number;
  // "0800 UNIFICX": the letters of the keys.
  return /\d/.test(typed) ? dialable(typed) : { refused: 'unknown' };
}

/** Record a number that is called now. */
export function remember(number: string): void {
  const recent = [number, ...dialled.state.recent.filter((each) => each !== number)].slice(0, MAX_RECENT);
  dialled.setState(() => ({ ...INITIAL, last: number, recent }));
  void saveLocal(currentOwner(), LAST_KEY, number);
  void saveLocal(currentOwner(), RECENT_KEY, recent);
}

export async function restoreLastNumber(): Promise<void> {
  const [last, recent] = await Promise.all([readLocal(LAST_KEY), readLocal(RECENT_KEY)]);
  dialled.setState((before) => ({
    ...before,
    last: before.last || (typeof last === 'string' ? last : ''),
    recent: before.recent.length > 0 ? before.recent : Array.isArray(recent) ? recent.map(String) : [],
  }));
}

/**
 * Suggest colleagues: exact number first, then number prefix, then name, by letters or by the keys of its letters.
 * `people` are in the order of preference.
 */
export function suggest(people: Colleague[], typed: string): Colleague[] {
  if (!typed) return [];
  if (hasLetters(typed)) return searchColleagues(people, typed).slice(0, MAX_SUGGESTIONS);
  const rank = (each: Colleague): number => {
    if (each.number === typed) return 0;
    if (each.number.startsWith(typed)) return 1;
    const words = each.name.split(/[\s\-.,]+/).map(keypadDigits);
    return typed.length > 1 && words.some((word) => word.startsWith(typed)) ? 2 : 9;
  };
  return people
    .map((each) => ({ each, rank: rank(each) }))
    .filter((found) => found.rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_SUGGESTIONS)
    .map((found) => found.each);
}

/**
 * People of the empty pad: favourites, then those called last from here, then the others. `people` are in the order of
 * preference, `favourites` are ids.
 */
export function peopleOfPad(
  people: Colleague[],
  favourites: readonly string[],
  recent: readonly string[],
): Colleague[] {
  const rank = (each: Colleague) => {
    if (favourites.includes(each.id)) return -1;
    const at = recent.indexOf(each.number);
    return at < 0 ? recent.length : at;
  };
  return [...people].sort((a, b) => rank(a) - rank(b)).slice(0, MAX_ON_PAD);
}

function refuse(refused: NonNullable<Dialled['refused']>): '' {
  dialled.setState((before) => ({ ...before, refused }));
  return '';
}
