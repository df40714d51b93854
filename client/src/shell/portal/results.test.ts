import { expect, it } from 'vitest';
import type { Extension, Person } from '~/api';
import { searchResults } from './results';

const person = (id: string, name: string, state: Person['state'] = 'active') =>
  ({ id, name, email: `${id}@example.com`, state }) as Person;
const searched = {
  pages: [
    { to: '/people', title: 'People' },
    { to: '/rooms', title: 'Rooms' },
  ],
  people: [person('a', 'Ada Example'), person('b', 'Ben Beispiel'), person('c', 'Adalbert Gone', 'closed')],
  extensions: [{ id: 'x', number: '1002', name: 'Front desk', person_id: 'a' }] as Extension[],
};
const found = (search: string) => searchResults(search, searched).map(({ kind, title }) => `${kind} ${title}`);

it.each([
  ['', ['page People', 'page Rooms']],
  ['ada', ['person Ada Example']],
  ['example', ['person Ada Example', 'person Ben Beispiel']],
  ['1002', ['person Ada Example', 'number 1002']],
  ['room', ['page Rooms']],
  ['desk', ['number 1002']],
  ['zzz', []],
])('the search for %j finds people, numbers and pages', (search, results) => {
  expect(found(search)).toEqual(results);
});

it('shows six of a kind at most', () => {
  const people = Array.from({ length: 50 }, (_, each) => person(`${each}`, `Person ${each}`));
  expect(searchResults('person', { ...searched, people })).toHaveLength(6);
});
