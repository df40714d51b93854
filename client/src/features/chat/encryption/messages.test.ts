import { expect, it, vi } from 'vitest';
import { vault } from './messages';

const made = vi.hoisted(() => ({ read: undefined as undefined | ((key: string) => Promise<unknown>) }));
vi.mock('./vault', () => ({
  Vault: class {
    constructor({ read }: { read: (key: string) => Promise<unknown> }) {
      made.read = read;
    }
  },
}));

// jsdom has no IndexedDB.
it('keys that the device cannot read at the moment are not taken for none', async () => {
  await vault();
  await expect(made.read!('mls.device')).rejects.toBeDefined();
});
