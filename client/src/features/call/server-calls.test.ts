import { describe, expect, it } from 'vitest';
import { matchCalls } from './server-calls';

const served = (id: string, caller: string, callee: string) => ({ id, caller, callee });
const idsOf = (found: Map<string, { id: string }>) => [...found].map(([local, server]) => [local, server.id]);

describe("the user's server calls", () => {
  it('are matched by the remote number, whichever side called', () => {
    const local = [
      { id: 'one', number: '1002' },
      { id: 'two', number: '+4930123' },
    ];
    const server = [served('b', '+4930123', '1001'), served('a', '1001', '1002'), served('c', '1001', '1009')];
    expect(idsOf(matchCalls(local, server))).toEqual([
      ['one', 'a'],
      ['two', 'b'],
    ]);
  });

  it('that were transferred are matched if only one is left', () => {
    const local = { id: 'one', number: '1002' };
    const second = { id: 'two', number: '1004' };
    expect(idsOf(matchCalls([local], [served('a', '1001', '')]))).toEqual([['one', 'a']]);
    expect(idsOf(matchCalls([local, second], [served('a', '1001', ''), served('b', '1001', '1004')]))).toEqual([
      ['two', 'b'],
      ['one', 'a'],
    ]);
    expect(idsOf(matchCalls([local], [served('a', '1001', ''), served('b', '1001', '1003')]))).toEqual([]);
  });
});
