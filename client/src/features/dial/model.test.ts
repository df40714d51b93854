import { beforeEach, describe, expect, it } from 'vitest';
import { backspace, dialable, dialled, suggest, appendKey, takeDialledNumber, setTyped } from './model';

describe('the dial pad', () => {
  beforeEach(() => dialled.setState(() => ({ typed: '', last: '' })));

  it.each([
    ['+49 (30) 12-34', '+49301234'],
    ['tel:+49-30-1234', '+49301234'],
    ['sip:1002@demo.example;transport=ws', '1002'],
    ['0800 UNIFICX', '08008643429'],
    ['*44#', '*44#'],
    ['1+2', '12'],
    [' ', ''],
  ])('converts %j to %j', (text, number) => {
    expect(dialable(text)).toBe(number);
  });

  it('types and deletes', () => {
    for (const key of ['1', '0', '*', '2']) appendKey(key);
    backspace();
    expect(dialled.state.typed).toBe('10*');
  });

  it('redials the last number with two taps', () => {
    setTyped('1002');
    expect(takeDialledNumber()).toBe('1002');
    expect(dialled.state).toEqual({ typed: '', last: '1002' });
    expect(takeDialledNumber()).toBe('');
    expect(dialled.state.typed).toBe('1002');
    expect(takeDialledNumber()).toBe('1002');
  });

  const people = [
    { id: 'a', name: 'Ada Example', number: '1002' },
    { id: 'b', name: 'Ben Example', number: '1003' },
    { id: 'c', name: 'Jörg Muster', number: '2710' },
  ];
  const names = (typed: string) => suggest(people, typed).map((each) => each.name);

  it('suggests colleagues by number or by the letters of the keys', () => {
    expect(names('')).toEqual([]);
    expect(names('1003')).toEqual(['Ben Example']);
    expect(names('100')).toEqual(['Ada Example', 'Ben Example']);
    expect(names('5674')).toEqual(['Jörg Muster']);
    expect(names('27')).toEqual(['Jörg Muster']);
    expect(names('9')).toEqual([]);
  });
});
