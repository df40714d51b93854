import { saveFile } from '~/design/files';

/** The file of a message. Its name has the time in local time, and nothing about the caller. */
export function messageFile(sound: Blob, created: Date): File {
  const pad = (value: number) => String(value).padStart(2, '0');
  const day = `${created.getFullYear()}-${pad(created.getMonth() + 1)}-${pad(created.getDate())}`;
  const ending = sound.type.includes('ogg') ? 'ogg' : 'wav';
  const name = `message-${day}-${pad(created.getHours())}${pad(created.getMinutes())}.${ending}`;
  return new File([sound], name, { type: sound.type });
}

/** Share a file with another app; saved where that is not possible. Resolves if the dialog is cancelled. */
export async function shareFile(file: File): Promise<void> {
  if (!navigator.canShare?.({ files: [file] })) return saveFile(file);
  await navigator.share({ files: [file] }).catch((fault: unknown) => {
    if (!(fault instanceof DOMException && fault.name === 'AbortError')) throw fault;
  });
}
