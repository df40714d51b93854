import { describe, expect, it } from 'vitest';
import type { Queue } from '~/api';
import { queueBody, queueValues, withAgent } from './model';

describe('the form of a queue', () => {
  it('has the settings and agents of the queue, without their state', () => {
    const standard = queueValues(undefined, '6500');
    const agent = { extension: '1001', penalty: 5, static: false };
    const queue = {
      ...standard,
      id: 'q',
      tenant_id: 't',
      created: '2026-11-01T00:00:00Z',
      name: 'Support',
      agents: [{ ...agent, extension_id: 'e', name: 'Ada', signed_in: true, paused: false, own: false }],
    } as unknown as Queue;
    const body = queueBody(queueValues(queue, ''));
    expect(body).toEqual({ ...standard, name: 'Support', agents: [agent] });
  });

  it('lists an agent once', () => {
    const agents = withAgent(withAgent([], '1001'), '1002');
    expect(withAgent(agents, '1001')).toBe(agents);
    expect(agents.map(({ extension }) => extension)).toEqual(['1001', '1002']);
  });
});
