import { onLeaving } from '~/api/session';
import { keep, keptFor, recall } from '~/kernel/kept';
import { createStore } from '~/kernel/store';

const LAST = 'dial.last';
const MOST = 40;
const SHOWN = 3;

export interface Dialled {
  typed: string;
  /** The number called last from here, to be called again with one tap. */
  last: string;
}

export const dialled = createStore<Dialled>({ typed: '', last: '' });
onLeaving(() => dialled.setState(() => ({ typed: '', last: '' })));

/** What of a text can be dialled: from "+49 (30) 12-34" to "+49301234"; letters count as their keys. A sip: or tel: link is its number. */
export function dialable(text: string): string {
  const bare = text
    .trim()
    .replace(/^(tel|sips?|callto):/i, '')
    .replace(/[@;?].*$/, '');
  const keyed = bare.replaceAll(/[a-z]/gi, (letter) => keyOf(letter));
  const only = keyed.replaceAll(/[^0-9*#+]/g, '');
  return (only[0] === '+' ? '+' : '') + only.replaceAll('+', '').slice(0, MOST);
}

function keyOf(letter: string): string {
  const at = 'abcdefghijklmnopqrstuvwxyz'.indexOf(letter.toLowerCase());
  return '22233344455566677778889999'[at] ?? '';
}

export function type(text: string): void {
  dialled.setState((before) => ({ ...before, typed: dialable(text) }));
}

export function press(key: string): void {
  type(dialled.state.typed + key);
}

export function backspace(): void {
  type(dialled.state.typed.slice(0, -1));
}

/** What is to be called now. With nothing typed, the last number is put in first: one tap shows it, the next calls. */
export function takeNumber(): string {
  const { typed, last } = dialled.state;
  if (!typed) {
    dialled.setState((before) => ({ ...before, typed: last }));
    return '';
  }
  dialled.setState(() => ({ typed: '', last: typed }));
  void keep(keptFor(), LAST, typed);
  return typed;
}

export async function recallLast(): Promise<void> {
  const last = await recall(LAST);
  if (typeof last !== 'string') return;
  dialled.setState((before) => ({ ...before, last: before.last || last }));
}

interface Person {
  id: string;
  name: string;
  number: string;
}

/** Whom the typed digits may mean: the number itself first, then numbers that begin so, then names by their letters. */
export function meant<T extends Person>(people: readonly T[], typed: string): T[] {
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
    .slice(0, SHOWN)
    .map((found) => found.each);
}
