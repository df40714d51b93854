import { describe, expect, it } from 'vitest';
import type { Call, Phase } from '~/sip';
import { initials, visibleCalls, remoteParty } from './model';

const call = (phase: Phase, answering = false) =>
  ({ phase, over: phase === 'ended', number: '1002', name: '', state: { state: { answering } } }) as unknown as Call;

describe('what is drawn of calls', () => {
  it('shows who it is: by the call, the directory, the number', () => {
    const known = () => 'Ada Example';
    expect(remoteParty(call('talking'), known)).toEqual({ title: 'Ada Example', number: '1002' });
    expect(remoteParty(call('talking'), () => undefined)).toEqual({ title: '1002', number: '' });
    expect(initials('Ada Maria Example')).toBe('AE');
    expect(initials('Reception')).toBe('R');
    expect(initials('1002')).toBe('');
  });

  it('rings above all, and beside a call that goes on', () => {
    const [rings, talks] = [call('incoming'), call('talking')];
    expect(visibleCalls([rings], rings)).toEqual({ ringing: rings, active: undefined, other: undefined });
    expect(visibleCalls([talks, rings], talks)).toEqual({ ringing: rings, active: talks, other: undefined });
  });

  it('keeps the one that is held in sight', () => {
    const [held, talks] = [call('held'), call('talking')];
    expect(visibleCalls([held, talks], talks)).toEqual({ ringing: undefined, active: talks, other: held });
  });

  it('shows the end of a call, but not in the place of one that goes on', () => {
    const [ended, talks] = [call('ended'), call('talking')];
    expect(visibleCalls([ended], undefined).active).toBe(ended);
    expect(visibleCalls([ended, talks], talks)).toEqual({ ringing: undefined, active: talks, other: undefined });
  });

  it('takes one that is being answered off the sheet', () => {
    const answering = call('incoming', true);
    expect(visibleCalls([answering], answering)).toEqual({ ringing: undefined, active: answering, other: undefined });
  });
});
