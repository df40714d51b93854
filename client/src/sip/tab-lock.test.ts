import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TabLock } from './tab-lock';

/** Web Locks API of several tabs, for one name. */
class Locks {
  #holder: { refuse: (why: Error) => void } | undefined;
  #queue: (() => void)[] = [];

  query = () => Promise.resolve({ held: this.#holder ? [{ name: 'unificx.line' }] : [] });

  request = (_name: string, { steal, signal }: LockOptions, work: () => Promise<void>): Promise<void> =>
    new Promise((resolve, refuse) => {
      const begin = () => {
        const current = { refuse };
        this.#holder = current;
        void work().then(() => {
          resolve();
          if (this.#holder !== current) return;
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
  const events: string[] = [];
  const lock = new TabLock({
    acquired: () => events.push('taken'),
    lost: () => events.push('lost'),
    heldElsewhere: () => events.push('elsewhere'),
    busy: () => busy,
  });
  return { line: lock, heard: events };
};

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the tab lock', () => {
  beforeEach(() => {
    vi.stubGlobal('navigator', { locks: new Locks() });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('is held by one tab, and by the next when it is released', async () => {
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

  it('is not held by a tab that has released it meanwhile', async () => {
    const [first, second, third] = [tab(), tab(), tab()];
    void first.line.acquire();
    first.line.release();
    await settle();
    void second.line.acquire();
    await settle();
    void third.line.acquire();
    const taken = third.line.takeOver();
    third.line.release();
    await taken;
    await settle();
    expect([first.heard, second.heard, third.heard]).toEqual([[], ['taken'], []]);
  });

  it('can be taken over; the previous holder waits again', async () => {
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

  it('is not taken from a tab with an active call', async () => {
    const [first, second] = [tab(true), tab()];
    void first.line.acquire();
    await settle();
    void second.line.acquire();
    expect(await second.line.takeOver()).toBe(false);
    expect(first.heard).toEqual(['taken']);
  });

  it('is held by every tab without Web Locks', async () => {
    vi.stubGlobal('navigator', {});
    const only = tab();
    await only.line.acquire();
    expect(only.heard).toEqual(['taken']);
  });
});
