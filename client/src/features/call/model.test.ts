import { describe, expect, it } from 'vitest';
import type { Call, Phase } from '~/sip';
import { initials, visibleCalls, remoteParty } from './model';

const call = (phase: Phase, answering = false) =>
  ({ phase, over: phase === 'ended', number: '1002', name: '', state: { state: { answering } } }) as unknown as Call;

describe('visible calls', () => {
  it('names the remote party by caller name, directory or number', () => {
    const known = () => 'Ada Example';
    expect(remoteParty(call('talking'), known)).toEqual({ title: 'Ada Example', number: '1002' });
    expect(remoteParty(call('talking'), () => undefined)).toEqual({ title: '1002', number: '' });
    expect(initials('Ada Maria Example')).toBe('AE');
    expect(initials('Reception')).toBe('R');
    expect(initials('1002')).toBe('');
  });

  it('shows a ringing call above all others, also beside an active one', () => {
    const [rings, talks] = [call('incoming'), call('talking')];
    expect(visibleCalls([rings], rings)).toEqual({ ringing: rings, active: undefined, other: undefined });
    expect(visibleCalls([talks, rings], talks)).toEqual({ ringing: rings, active: talks, other: undefined });
  });

  it('keeps the held call visible', () => {
    const [held, talks] = [call('held'), call('talking')];
    expect(visibleCalls([held, talks], talks)).toEqual({ ringing: undefined, active: talks, other: held });
  });

  it('shows the end of a call, but not in place of an active one', () => {
    const [ended, talks] = [call('ended'), call('talking')];
    expect(visibleCalls([ended], undefined).active).toBe(ended);
    expect(visibleCalls([ended, talks], talks)).toEqual({ ringing: undefined, active: talks, other: undefined });
  });

  it('removes a call that is being answered from the incoming screen', () => {
    const answering = call('incoming', true);
    expect(visibleCalls([answering], answering)).toEqual({ ringing: undefined, active: answering, other: undefined });
  });
});
