import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TabLock } from './tab-lock';

/** Locks as the browser's tabs share them (Web Locks API), for one name. */
class Locks {
  #holder: { refuse: (why: Error) => void } | undefined;
  #queue: (() => void)[] = [];

  query = () => Promise.resolve({ held: this.#holder ? [{ name: 'unificx.line' }] : [] });

  request = (_name: string, { steal, signal }: LockOptions, work: () => Promise<void>): Promise<void> =>
    new Promise((resolve, refuse) => {
      const begin = () => {
        const here = { refuse };
        this.#holder = here;
        void work().then(() => {
          resolve();
          if (this.#holder !== here) return;
          this.#holder = undefined;
          this.#queue.shift()?.();
        });
      };
      if (steal) {
        this.#holder?.refuse(new DOMException('', 'AbortError'));
        return begin();
      }
      if (!this.#holder) return begin();
      this.#queue.push(begin);
      signal?.addEventListener('abort', () => {
        this.#queue = this.#queue.filter((each) => each !== begin);
        refuse(new DOMException('', 'AbortError'));
      });
    });
}

const tab = (busy = false) => {
  const heard: string[] = [];
  const line = new TabLock({
    acquired: () => heard.push('taken'),
    lost: () => heard.push('lost'),
    heldElsewhere: () => heard.push('elsewhere'),
    busy: () => busy,
  });
  return { line, heard };
};

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the line of several tabs', () => {
  beforeEach(() => {
    vi.stubGlobal('navigator', { locks: new Locks() });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('is held by one, and by the next when that one goes', async () => {
    const [first, second] = [tab(), tab()];
    void first.line.acquire();
    await settle();
    void second.line.acquire();
    await settle();
    expect([first.heard, second.heard]).toEqual([['taken'], ['elsewhere']]);
    first.line.release();
    await settle();
    expect(second.heard).toEqual(['elsewhere', 'taken']);
  });

  it('can be taken over; who lost it waits for it again', async () => {
    const [first, second] = [tab(), tab()];
    void first.line.acquire();
    await settle();
    void second.line.acquire();
    await settle();
    expect(await second.line.takeOver()).toBe(true);
    await settle();
    expect(second.heard).toEqual(['elsewhere', 'taken']);
    expect(first.heard).toEqual(['taken', 'lost', 'elsewhere']);
    second.line.release();
    await settle();
    expect(first.heard.at(-1)).toBe('taken');
  });

  it('is not taken from a tab where a call goes on', async () => {
    const [first, second] = [tab(true), tab()];
    void first.line.acquire();
    await settle();
    void second.line.acquire();
    expect(await second.line.takeOver()).toBe(false);
    expect(first.heard).toEqual(['taken']);
  });

  it('is everybody’s own where a browser knows no locks', async () => {
    vi.stubGlobal('navigator', {});
    const only = tab();
    await only.line.acquire();
    expect(only.heard).toEqual(['taken']);
  });
});
