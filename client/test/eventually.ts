import { vi } from 'vitest';
import { HANG_MS } from './hang.ts';

/** Wait until `check` no longer throws, as `vi.waitFor` does, whose one second is too short on a busy machine. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: HANG_MS });
}
