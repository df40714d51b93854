import { currentOwner, localKeys, readLocal, removeLocal, saveLocal } from '~/core/device-storage';

const PREFIX = 'chat.file.';
/** Take the place of the storage on a device that has none. */
const unstored = new Map<string, Blob>();

/** Files that wait on this device to be uploaded, by id. */
export const localFiles = {
  async put(id: string, file: Blob): Promise<void> {
    unstored.set(id, file);
    await saveLocal(currentOwner(), PREFIX + id, file);
  },
  async get(id: string): Promise<Blob | undefined> {
    return unstored.get(id) ?? ((await readLocal(PREFIX + id)) as Blob | undefined);
  },
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      unstored.delete(id);
      await removeLocal(PREFIX + id);
    }
  },
  /** Ids of the files in the storage. */
  async ids(): Promise<string[]> {
    const keys = await localKeys();
    return keys.filter((each) => each.startsWith(PREFIX)).map((each) => each.slice(PREFIX.length));
  },
  clear(): void {
    unstored.clear();
  },
};
