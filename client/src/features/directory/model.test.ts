import { describe, expect, it } from 'vitest';
import type { Colleague } from '~/api';
import { Problem } from '~/core/problem';
import { departmentsOf, Directory, favouritesFirst, inDepartment, searchColleagues, letterOf, sections } from './model';

const someone = (name: string, number: string, department = ''): Colleague => ({
  id: `x${number}`,
  name,
  number,
  department,
});
const ada = someone('Ada Example', '1002');
const ärmel = someone('Ärmel, Anna-Maria', '1003');
const lobby = someone('2nd floor lobby', '1004');
const zoé = someone('Zoé Beispiel', '2001');
const all = [zoé, lobby, ärmel, ada];

describe('departments', () => {
  const sales = [someone('Ben', '1', 'Sales'), someone('Eva', '2', 'sales north')];
  const people = [...sales, someone('Kai', '3')];

  it('are those of the colleagues, in order', () => {
    expect(departmentsOf([...people, someone('Zoé', '4', 'Ärzte')], 'de')).toEqual(['Ärzte', 'Sales', 'sales north']);
  });

  it('filter the list and are found by a search; a department without members filters nothing', () => {
    expect(inDepartment(people, 'Sales')).toEqual([sales[0]]);
    expect(inDepartment(people, '')).toEqual(people);
    expect(inDepartment(people, 'Gone')).toEqual(people);
    expect(searchColleagues(people, 'nor').map((each) => each.name)).toEqual(['Eva']);
  });
});

describe('the directory', () => {
  it('is sorted from A to Z, accents with their base letter, other characters last', () => {
    expect(sections(all, 'de').map((each) => [each.letter, each.colleagues.map((one) => one.name)])).toEqual([
      ['A', ['Ada Example', 'Ärmel, Anna-Maria']],
      ['Z', ['Zoé Beispiel']],
      ['#', ['2nd floor lobby']],
    ]);
    expect(['ß', '', '  émile', '7'].map(letterOf)).toEqual(['S', '#', 'E', '#']);
  });

  it('is searched by the beginnings of names and numbers', () => {
    const names = (search: string) => searchColleagues(all, search).map((each) => each.number);
    expect(names('zoe')).toEqual(['2001']);
    expect(names('maria arm')).toEqual(['1003']);
    expect(names('exam ADA')).toEqual(['1002']);
    expect(names('100')).toEqual(['1004', '1003', '1002']);
    expect(names('xample')).toEqual([]);
    expect(names('963')).toEqual(['2001']);
    expect(names('27')).toEqual(['1003']);
    expect(names('  ')).toHaveLength(4);
  });
});

it('has favourites first, in the order in which they were added', () => {
  const order = (ids: string[]) => favouritesFirst(all, ids).map((each) => each.number);
  expect(order([])).toEqual(['1004', '1002', '1003', '2001']);
  expect(order([zoé.id, ärmel.id, 'left'])).toEqual(['2001', '1003', '1004', '1002']);
});

function setup(cached: Colleague[] = []) {
  const store = { stored: cached, pages: {} as Record<string, { items: Colleague[]; next: string | null }> };
  const directory = new Directory({
    fetchPage: (cursor = '') =>
      store.pages[cursor] ? Promise.resolve(store.pages[cursor]) : Promise.reject(Problem.unreachable()),
    loadCached: () => Promise.resolve(store.stored),
    saveCached: (them) => {
      store.stored = them;
      return Promise.resolve();
    },
    ownIds: () => ['x1001'],
  });
  return { directory, store };
}

describe('the colleagues', () => {
  it('are loaded page by page without the user, and replace the cache', async () => {
    const { directory, store } = setup([lobby]);
    store.pages = { '': { items: [someone('Me', '1001'), ada], next: 'p2' }, p2: { items: [zoé], next: null } };
    await directory.open();
    expect(directory.state.state).toMatchObject({ colleagues: [ada, zoé], source: 'server', loading: false });
    expect(store.stored).toEqual([ada, zoé]);
    expect(directory.nameOf('2001')).toBe('Zoé Beispiel');
  });

  it('come from the cache while offline', async () => {
    const { directory, store } = setup([ada]);
    await directory.open();
    expect(directory.state.state).toMatchObject({ colleagues: [ada], source: 'cache', loading: false });
    expect(directory.state.state.fault?.offline).toBe(true);
    expect(store.stored).toEqual([ada]);
  });

  it('are not partly replaced when the network fails midway', async () => {
    const { directory, store } = setup([ada, zoé]);
    store.pages = { '': { items: [lobby], next: 'p2' } };
    await directory.open();
    expect(directory.state.state).toMatchObject({ colleagues: [ada, zoé], source: 'cache' });
    expect(store.stored).toEqual([ada, zoé]);
  });

  it('are cleared on sign-out', async () => {
    const { directory, store } = setup();
    store.pages = { '': { items: [ada], next: null } };
    const opening = directory.open();
    directory.clear();
    await opening;
    expect(directory.state.state).toMatchObject({ colleagues: [], source: 'none' });
    expect(store.stored).toEqual([]);
  });
});
