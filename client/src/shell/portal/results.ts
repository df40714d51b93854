import type { Extension, Person } from '~/api';
import { matchesSearch } from '~/design/table';

export interface Result {
  id: string;
  kind: 'page' | 'person' | 'number';
  title: string;
  detail?: string;
  to: string;
}

const MOST_OF_A_KIND = 6;

interface Searched {
  pages: { to: string; title: string }[];
  people: Person[];
  extensions: Extension[];
}

/** Pages, people and numbers that match a search; all pages for an empty one. */
export function searchResults(search: string, { pages, people, extensions }: Searched): Result[] {
  const words = search.trim();
  const numberOf = new Map(extensions.map(({ person_id, number }) => [person_id, number]));
  const persons = people.filter(({ state }) => state !== 'closed');
  const found: Result[][] = [
    pages
      .filter(({ title }) => matchesSearch(words, [title]))
      .map(({ to, title }) => ({ id: to, kind: 'page', title, to })),
  ];
  if (words) {
    found.unshift(
      persons
        .filter(({ id, name, email }) => matchesSearch(words, [name, email, numberOf.get(id)]))
        .map(({ id, name, email }) => ({
          id,
          kind: 'person',
          title: name,
          detail: numberOf.get(id) ?? email,
          to: `/people/${id}`,
        })),
      extensions
        .filter(({ number, name }) => matchesSearch(words, [number, name]))
        .map(({ id, number, name, person_id }) => ({
          id,
          kind: 'number',
          title: number,
          detail: name,
          to: person_id ? `/people/${person_id}` : `/phones/${id}`,
        })),
    );
  }
  return found.flatMap((each) => (words ? each.slice(0, MOST_OF_A_KIND) : each));
}
