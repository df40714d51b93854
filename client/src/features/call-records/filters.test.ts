import { describe, expect, it } from 'vitest';
import type { CallRecord, Extension } from '~/api';
import { EMPTY_VIEW } from '~/design/table';
import { extensionOf, rangeOf } from './filters';
import { answerSeconds, outcomeOf, worstMos } from './outcomes';
import { calledParty } from './PartyName';

const NOW = new Date(2026, 2, 30, 15, 20);
const EXTENSIONS = [
  { number: '1001', name: 'Ada Example' },
  { number: '1002', name: 'Ben Example' },
  { number: '10', name: 'Reception' },
] as Extension[];

describe('filters of the history', () => {
  it('begin at local midnight', () => {
    expect(rangeOf('today', NOW)).toEqual({ since: new Date(2026, 2, 30).toISOString() });
    expect(rangeOf('yesterday', NOW)).toEqual({
      since: new Date(2026, 2, 29).toISOString(),
      until: new Date(2026, 2, 30).toISOString(),
    });
    expect(rangeOf('week', NOW)).toEqual({ since: new Date(2026, 2, 24).toISOString() });
    expect(rangeOf('all', NOW)).toEqual({});
  });

  it.each([
    ['', undefined],
    ['1002', '1002'],
    ['10', '10'],
    ['ben', '1002'],
    ['example', null],
    ['zoe', null],
  ])('find the extension of %j', (search, number) => {
    const found = extensionOf({ ...EMPTY_VIEW, search }, EXTENSIONS);
    expect(found && found.number).toBe(number);
  });
});

describe('a call record', () => {
  const call = {
    started: '2026-03-30T10:00:00Z',
    answered: '2026-03-30T10:00:07Z',
    outcome: 'missed',
    parties: [{ quality: { mos: 4.2 } }, { quality: { mos: null } }, { quality: { mos: 3.1 } }],
  } as CallRecord;

  it('names the mailbox that answered', () => {
    expect(outcomeOf({ ...call, answered_by: 'voicemail' }).colour).not.toBe(outcomeOf(call).colour);
  });

  it.each([
    [{ number: '8000', name: '' }, 'Meeting room'],
    [{ number: '1002', name: 'Ben Example' }, 'Ben Example'],
    [{ number: '1003', name: '' }, ''],
    [{ number: null, name: null, erased: true }, null],
  ])('names the room that was dialled: %j', (callee, name) => {
    const steps = [
      { number: null, name: 'Hidden' },
      { number: '8000', name: 'Meeting room' },
    ];
    const called = { parties: [{ number: '1001' }, callee], steps } as CallRecord;
    expect(calledParty(called)?.name).toBe(name);
  });

  it('has the quality of its worst party and the time to its answer', () => {
    expect([worstMos(call), answerSeconds(call)]).toEqual([3.1, 7]);
    expect([worstMos({ ...call, parties: [] }), answerSeconds({ ...call, answered: null })]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
