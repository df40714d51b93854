import { expect, it } from 'vitest';
import { paletteEntries } from './palette';

const PEOPLE = [
  { id: 'a', name: 'Ada Example', number: '1002', department: '' },
  { id: 'b', name: 'Ben Example', number: '1003', department: '' },
];
const COMMANDS = [
  { id: 'test', title: 'Will my phone ring?', run: () => undefined },
  { id: 'devices', title: 'Devices', run: () => undefined },
];

it.each([
  ['', ['test', 'devices']],
  ['ben', ['b']],
  ['1002', ['a']],
  ['100', ['a', 'b', 'number']],
  ['236', ['b', 'number']],
  ['+49 (0)30 1234', ['number']],
  ['dev', ['devices']],
  ['zzz', []],
])('%j finds %j', (text, ids) => {
  expect(paletteEntries(text, PEOPLE, COMMANDS).map((each) => each.id)).toEqual(ids);
});
