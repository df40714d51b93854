import { randomText } from '~/core/random';
import type { OutgoingFile } from '../outbox';
import { localFiles } from './local-files';

/** A file that was chosen for a message. */
export interface Chosen extends OutgoingFile {
  blob: Blob;
}

/** Chosen files by conversation; until the page is closed. */
export const chosen = new Map<string, Chosen[]>();

export function chosenFile(blob: Blob, name: string, voice?: OutgoingFile['voice']): Chosen {
  return { id: randomText(16), name, size: blob.size, type: blob.type, voice, blob };
}

/** Store files on the device, and return what the outbox needs of them. */
export async function storeFiles(files: readonly Chosen[]): Promise<OutgoingFile[]> {
  return Promise.all(
    files.map(async ({ blob, ...file }) => {
      await localFiles.put(file.id, blob);
      return file;
    }),
  );
}
