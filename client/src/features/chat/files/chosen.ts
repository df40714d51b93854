import { randomText } from '~/core/random';
import type { OutgoingFile } from '../outbox';
import { localFiles } from './local-files';

/** Characters of base64 of the thumbnails of a message, which has a limit. */
const MAX_THUMBNAILS = 24_000;

/** A file that was chosen for a message. */
export interface Chosen extends OutgoingFile {
  blob: Blob;
}

/** Chosen files by conversation; until the page is closed. */
export const chosen = new Map<string, Chosen[]>();

export function chosenFile(blob: Blob, name: string, voice?: OutgoingFile['voice']): Chosen {
  return { id: randomText(16), name, size: blob.size, type: blob.type, voice, blob };
}

/** Store files on the device, encrypted end to end or as they are, and return what the outbox needs of them. */
export async function storeFiles(files: readonly Chosen[], encrypted: boolean): Promise<OutgoingFile[]> {
  const budget = Math.floor(MAX_THUMBNAILS / Math.max(files.length, 1));
  const ready = encrypted ? await Promise.all(files.map((each) => sealed(each, budget))) : files;
  return Promise.all(
    ready.map(async ({ blob, ...file }) => {
      await localFiles.put(file.id, blob);
      return file;
    }),
  );
}

async function sealed(file: Chosen, budget: number): Promise<Chosen> {
  const { encryptFile } = await import('../encryption/files');
  const { isPhoto, redrawn } = await import('../encryption/photo');
  if (!(await isPhoto(file.blob))) {
    const { sealed: blob, key } = await encryptFile(file.blob);
    return { ...file, blob, key };
  }
  const { blob: photo, width, height, thumbnail } = await redrawn(file.blob, budget);
  const { sealed: blob, key } = await encryptFile(photo);
  const name = `${file.name.replace(/\.[^.]*$/, '')}.${photo.type === 'image/png' ? 'png' : 'jpg'}`;
  return { ...file, blob, key, name, type: photo.type, size: photo.size, width, height, thumbnail };
}
