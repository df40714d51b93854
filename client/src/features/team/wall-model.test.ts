import { expect, it } from 'vitest';
import type { Colleague } from '~/api';
import { keyOfTile, tilesOf } from './wall-model';

const people = (...names: string[]) => names.map((name) => ({ id: name, name, number: '1' }) as Colleague);
const names = (tiles: Colleague[]) => tiles.map((each) => each.name);

it('has favourites first in their order, then all others by name', () => {
  const { tiles, more } = tilesOf(people('Zoe', 'Ärmel', 'Ben', 'Cleo'), ['Cleo', 'Ben', 'gone'], 'de');
  expect([names(tiles), more]).toEqual([['Cleo', 'Ben', 'Ärmel', 'Zoe'], 0]);
});

it('has one key for each of the first nine, and says how many do not fit', () => {
  const { tiles, more } = tilesOf(people(...Array.from({ length: 70 }, (_, at) => `P${100 + at}`)), [], 'en');
  expect([tiles.length, more]).toEqual([60, 10]);
  expect(['1', '9', '0', 'a', '10'].map((key) => keyOfTile(key, tiles)?.name)).toEqual([
    'P100',
    'P108',
    undefined,
    undefined,
    undefined,
  ]);
  expect(keyOfTile('3', tiles.slice(0, 2))).toBeUndefined();
});
