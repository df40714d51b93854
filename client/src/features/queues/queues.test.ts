import { describe, expect, it } from 'vitest';
import type { LiveQueue } from '~/api';
import { advanced } from './useQueues';

const LIVE = {
  waiting: [{ id: 'v', waited: 5 }],
  agents: [{ extension_id: 'e', seconds: 60 }],
  answered: 3,
} as unknown as LiveQueue;

describe('the live view between two answers of the server', () => {
  it('counts waits and states on', () => {
    const later = advanced(LIVE, 10);
    expect(later.waiting[0]?.waited).toBe(15);
    expect(later.agents[0]?.seconds).toBe(70);
    expect(later.answered).toBe(3);
  });
});
