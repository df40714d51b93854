import { expect, it } from 'vitest';
import type { Queue, QueueAgent } from '~/api';
import { changeTo, choicesFrom, ownAgents, PAUSES } from './model';

const AGENT = { extension: '1001', extension_id: 'e1', own: true, signed_in: true, paused: false, reason: null };

function queue(...agents: Partial<QueueAgent>[]): Queue {
  return { id: 'q', name: 'Support', agents: agents.map((each) => ({ ...AGENT, ...each })) } as Queue;
}

it('shows only the own agents, with one state each', () => {
  const [paused] = ownAgents([queue({ own: false }, { paused: true, reason: 'lunch' })]);
  expect([paused?.label, paused?.choice]).toEqual(['Support', 'lunch']);
  const several = ownAgents([queue({}, { extension: '1002', signed_in: false, paused: true })]);
  expect(several.map(({ label, choice }) => [label, choice])).toEqual([
    ['Support · 1001', 'taking'],
    ['Support · 1002', 'signed_out'],
  ]);
});

it('offers what leads on from the present state', () => {
  expect(choicesFrom('signed_out')).toEqual(['taking', 'signed_out']);
  expect(choicesFrom('lunch')).toEqual(['taking', ...PAUSES, 'signed_out']);
  expect(choicesFrom('no_answer')[0]).toBe('no_answer');
});

it('asks for the least change', () => {
  expect(changeTo('signed_out')).toEqual({ signed_in: false });
  expect(changeTo('taking')).toEqual({ signed_in: true, paused: false });
  expect(changeTo('lunch')).toEqual({ paused: true, reason: 'lunch' });
});
