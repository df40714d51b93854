import { describe, expect, it } from 'vitest';
import { matchCalls } from './server-calls';

const served = (id: string, caller: string, callee: string) => ({ id, caller, callee });
const idsOf = (found: Map<string, { id: string }>) => [...found].map(([here, there]) => [here, there.id]);

describe('one’s own calls', () => {
  it('are known by the number of the other, whoever called', () => {
    const here = [
      { id: 'one', number: '1002' },
      { id: 'two', number: '+4930123' },
    ];
    const there = [served('b', '+4930123', '1001'), served('a', '1001', '1002'), served('c', '1001', '1009')];
    expect(idsOf(matchCalls(here, there))).toEqual([
      ['one', 'a'],
      ['two', 'b'],
    ]);
  });

  it('that were given on to somebody else are known if there is but one', () => {
    const here = { id: 'one', number: '1002' };
    const beside = { id: 'two', number: '1004' };
    expect(idsOf(matchCalls([here], [served('a', '1001', '')]))).toEqual([['one', 'a']]);
    expect(idsOf(matchCalls([here, beside], [served('a', '1001', ''), served('b', '1001', '1004')]))).toEqual([
      ['two', 'b'],
      ['one', 'a'],
    ]);
    expect(idsOf(matchCalls([here], [served('a', '1001', ''), served('b', '1001', '1003')]))).toEqual([]);
  });
});
