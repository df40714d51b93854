import { describe, expect, it } from 'vitest';
import type { Forwarding, StateProfile } from '~/api';
import { differs, moved, parseDestination, partyName, restoring, typedDestination } from './model';

const people = [{ number: '1002', name: 'Berta' }];
const off: Forwarding = { always: 'off', busy: 'off', no_answer: 'off', unreachable: 'off' };
const profile = { inside: off, outside: { ...off, busy: 'extension:1002' }, ring_seconds: null } as StateProfile;

describe('forwarding', () => {
  it('is shown apart for callers inside and outside once it differs', () => {
    expect(differs(profile)).toBe(true);
    expect(differs({ ...profile, outside: off })).toBe(false);
  });

  it('is restored for the callers that a change concerned', () => {
    expect(restoring(profile, 'lunch', 'outside')).toEqual([
      { state: 'lunch', callers: 'outside', ...off, busy: 'extension:1002' },
    ]);
    expect(restoring(profile, 'lunch', 'all').map((each) => each.callers)).toEqual(['inside', 'outside']);
  });
});

describe('a destination', () => {
  it.each([
    ['1002', 'extension:1002'],
    ['030 / 123-45', 'number:03012345'],
    ['+49 (30) 12345', 'number:+493012345'],
    ['Berta', undefined],
    ['', undefined],
  ])('typed as %j is %s', (typed, destination) => {
    expect(typedDestination(typed, people)).toBe(destination);
  });

  it('has a kind and a name', () => {
    expect(parseDestination('mailbox:1001')).toEqual({ kind: 'mailbox', name: '1001' });
    expect(parseDestination('hangup')).toEqual({ kind: 'hangup', name: '' });
  });

  it('names people it knows', () => {
    expect(partyName('1002', people)).toBe('Berta · 1002');
    expect(partyName('1009', people)).toBe('1009');
  });
});

it('a device moves within the ring order, and not beyond its ends', () => {
  const order = ['desk', 'app', 'lab'].map((device) => ({ device, seconds: 15 }));
  const names = (device: string, by: 1 | -1) => moved(order, device, by).map((each) => each.device);
  expect(names('app', -1)).toEqual(['app', 'desk', 'lab']);
  expect(names('desk', 1)).toEqual(['app', 'desk', 'lab']);
  expect(names('desk', -1)).toEqual(['desk', 'app', 'lab']);
  expect(names('lab', 1)).toEqual(['desk', 'app', 'lab']);
  expect(names('gone', 1)).toEqual(['desk', 'app', 'lab']);
});
