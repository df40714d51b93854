import { describe, expect, it } from 'vitest';
import { createSequence } from './sequence';

describe('a sequence', () => {
  it('starts a task once the one before has settled', async () => {
    const inSequence = createSequence();
    const log: string[] = [];
    let finish = () => {};
    const first = inSequence(async () => {
      log.push('first');
      await new Promise<void>((resolve) => (finish = resolve));
      log.push('first done');
    });
    const second = inSequence(() => Promise.resolve(log.push('second')));
    await new Promise((resolve) => setTimeout(resolve));
    expect(log).toEqual(['first']);
    finish();
    await Promise.all([first, second]);
    expect(log).toEqual(['first', 'first done', 'second']);
  });

  it('goes on after a task that failed, and returns results', async () => {
    const inSequence = createSequence();
    const refused = inSequence(() => Promise.reject(new Error('denied')));
    const next = inSequence(() => Promise.resolve(7));
    await expect(refused).rejects.toThrow('denied');
    await expect(next).resolves.toBe(7);
  });
});
