import type { Colleague } from '~/api';
import { searchColleagues } from '~/features/directory';
import { hasLetters, normalizeTyped } from './numbers';
import { suggest } from './model';

/** A command of the app: a screen, or a call to a service of the phone system. */
export interface Command {
  id: string;
  title: string;
  run: () => void;
}

export type PaletteEntry =
  | { kind: 'person'; id: string; title: string; number: string }
  | { kind: 'number'; id: string; number: string }
  | { kind: 'command'; id: string; title: string; run: () => void };

const MAX_PEOPLE = 6;

/** People by letters or keys, the number itself, and commands; all commands for an empty text. */
export function paletteEntries(text: string, people: Colleague[], commands: readonly Command[]): PaletteEntry[] {
  const typed = normalizeTyped(text.trim());
  const named = typed
    ? hasLetters(typed)
      ? searchColleagues(people, typed).slice(0, MAX_PEOPLE)
      : suggest(people, typed)
    : [];
  const isNumber = typed !== '' && !hasLetters(typed) && !named.some((each) => each.number === typed);
  const words = text.trim().toLowerCase();
  return [
    ...named.map(({ id, name, number }) => ({ kind: 'person', id, title: name, number }) as const),
    ...(isNumber ? [{ kind: 'number', id: 'number', number: typed } as const] : []),
    ...commands
      .filter(({ title }) => title.toLowerCase().includes(words))
      .map((each) => ({ kind: 'command', ...each }) as const),
  ];
}
