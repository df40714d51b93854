import * as library from 'libphonenumber-js/min';
import { beforeEach, describe, expect, it } from 'vitest';
import { dialable, formatTyped, parsePasted, positionAfter } from './numbers';
import {
  appendKey,
  backspace,
  dialled,
  paste,
  peopleOfPad,
  resolve,
  setTyped,
  suggest,
  takeDialledNumber,
} from './model';

const people = [
  { id: 'a', name: 'Ada Example', number: '1002', department: '' },
  { id: 'b', name: 'Ben Example', number: '1003', department: '' },
  { id: 'c', name: 'Jörg Muster', number: '2710', department: '' },
];
const names = (typed: string) => suggest(people, typed).map((each) => each.name);

beforeEach(() => dialled.setState(() => ({ typed: '', extension: '', last: '', recent: [] })));

describe('a number', () => {
  it.each([
    ['+49 (30) 12-34', '+49301234'],
    ['+49 (0)30 1234', '+49301234'],
    ['+39 (0)6 1234', '+39061234'],
    ['tel:+49-30-1234', '+49301234'],
    ['sip:1002@demo.example;transport=ws', '1002'],
    ['web+unificx://%2B49301234/', '+49301234'],
    ['tel:%zz12', '9912'],
    ['0800 UNIFICX', '08008643429'],
    ['*44#', '*44#'],
    ['1+2', '12'],
    [' ', ''],
  ])('converts %j to %j', (text, number) => {
    expect(dialable(text)).toBe(number);
  });

  it.each([
    ['+49 (0)30 1234567 ext 12', '+49301234567', '12'],
    ['Office: +49 30 1234567 (Ben)', '+49301234567', ''],
    ['tel:+49-30-1234567;ext=12', '+49301234567', '12'],
    ['Tel.: 030 / 123 45 67', '0301234567', ''],
    ['030 1234567, ext. 99', '0301234567', '99'],
    ['1003', '1003', ''],
    ['*44#', '*44#', ''],
    ['0800 UNIFICX', '0800 UNIFICX', ''],
    ['Ben Example', 'Ben Example', ''],
  ])('is pasted: %j', (text, typed, extension) => {
    expect(parsePasted(text, library)).toEqual({ typed, extension });
    expect(parsePasted(text).typed.replace(/\D/g, '')).toContain(typed.replace(/\D/g, ''));
  });

  it('is grouped while typed if its country is known', () => {
    expect(formatTyped('+493012345', library)).toEqual({ text: '+49 30 12345', country: 'DE' });
    expect(formatTyped('030123456', library, 'DE')).toEqual({ text: '030 123456' });
    expect(formatTyped('030123456', library)).toEqual({ text: '030123456' });
    expect(formatTyped('1003', library, 'DE')).toEqual({ text: '1003' });
    expect(formatTyped('ben', library)).toEqual({ text: 'ben' });
    expect(positionAfter('+49 30 12345', 5)).toBe(6);
    expect(positionAfter('+49 30 12345', 99)).toBe(12);
  });
});

describe('the dial pad', () => {
  it('keeps letters as they are typed', () => {
    setTyped('ben');
    expect(dialled.state.typed).toBe('ben');
    setTyped('李');
    expect(dialled.state.typed).toBe('李');
    backspace();
    expect(dialled.state.typed).toBe('');
  });

  it('types and deletes', () => {
    for (const key of ['1', '0', '*', '2']) appendKey(key);
    backspace();
    expect(dialled.state.typed).toBe('10*');
  });

  it('splits the extension of a pasted number, and forgets it with the number', async () => {
    await paste('+49 (0)30 1234567 ext 12');
    expect(dialled.state).toMatchObject({ typed: '+49301234567', extension: '12' });
    setTyped('');
    expect(dialled.state.extension).toBe('');
  });

  it('redials the last number with two presses', () => {
    setTyped('1002');
    expect(takeDialledNumber(people)).toBe('1002');
    expect(dialled.state).toMatchObject({ typed: '', last: '1002', recent: ['1002'] });
    expect(takeDialledNumber(people)).toBe('');
    expect(dialled.state.typed).toBe('1002');
    expect(takeDialledNumber(people)).toBe('1002');
  });

  it('calls a colleague by name if only one matches, and keeps the name otherwise', () => {
    expect(resolve(people, 'ben')).toBe('1003');
    expect(resolve(people, 'example')).toEqual({ refused: 'ambiguous' });
    expect(resolve(people, 'zoe')).toEqual({ refused: 'unknown' });
    expect(resolve(people, '0800 UNIFICX')).toBe('08008643429');
    setTyped('example');
    expect(takeDialledNumber(people)).toBe('');
    expect(dialled.state).toMatchObject({ typed: 'example', refused: 'ambiguous', last: '' });
  });

  it('keeps the number while there is no connection', () => {
    setTyped('1003');
    expect(takeDialledNumber(people, false)).toBe('');
    expect(dialled.state).toMatchObject({ typed: '1003', refused: 'offline' });
    expect(takeDialledNumber(people)).toBe('1003');
  });

  it('suggests colleagues by number, by letters and by the letters of the keys', () => {
    expect(names('')).toEqual([]);
    expect(names('1003')).toEqual(['Ben Example']);
    expect(names('100')).toEqual(['Ada Example', 'Ben Example']);
    expect(names('ben')).toEqual(['Ben Example']);
    expect(names('jorg')).toEqual(['Jörg Muster']);
    expect(names('236')).toEqual(['Ben Example']);
    expect(names('5674')).toEqual(['Jörg Muster']);
    expect(names('27')).toEqual(['Jörg Muster']);
    expect(names('9')).toEqual([]);
  });

  it('suggests people in the order of preference', () => {
    expect(suggest([...people].reverse(), '100').map((each) => each.id)).toEqual(['b', 'a']);
    expect(suggest([...people].reverse(), 'example').map((each) => each.id)).toEqual(['b', 'a']);
    expect(suggest([...people].reverse(), '1002').map((each) => each.id)).toEqual(['a']);
  });

  it('offers favourites, the people called last, then the others', () => {
    expect(peopleOfPad(people, [], ['2710', '999']).map((each) => each.id)).toEqual(['c', 'a', 'b']);
    expect(peopleOfPad(people, ['b'], ['2710', '999']).map((each) => each.id)).toEqual(['b', 'c', 'a']);
  });
});
