import { useEffect, useRef, useState } from 'react';
import { api } from '~/api';
import { events } from '~/api/events';
import { fromBase64 } from '~/core/base64';
import { onSignOut } from '~/api/session';
import { asProblem, type Problem } from '~/core/problem';
import type { ShownFile } from '../encryption/payload';

/** Pictures that are held in memory, with the one used last at the end. */
const MAX_PICTURES = 200;
const pictures = new Map<string, Promise<string>>();

onSignOut(() => {
  for (const each of pictures.keys()) drop(each);
});

function drop(key: string): void {
  const found = pictures.get(key);
  pictures.delete(key);
  void found?.then((url) => URL.revokeObjectURL(url)).catch(() => undefined);
}

/** Fetch a file of a message, and decrypt it on the device if it is encrypted end to end. */
export async function fetchFile(conversation_id: string, { id, key, media_type }: ShownFile): Promise<Blob> {
  const path = { conversation_id, attachment_id: id };
  const blob = (await api.downloadAttachment({ path, parseAs: 'blob' })).data as Blob;
  if (!key) return blob;
  const { decryptFile } = await import('../encryption/files');
  return decryptFile(blob, key, media_type);
}

async function fetchPicture(conversation_id: string, file: ShownFile, thumbnail: boolean): Promise<string> {
  // Drawn by the sender's device; shown as JPEG, whatever the bytes are.
  const { thumbnail: inMessage } = file;
  if (thumbnail && file.key && inMessage) {
    return URL.createObjectURL(new Blob([fromBase64(inMessage)], { type: 'image/jpeg' }));
  }
  // Devices of earlier versions have sent no thumbnail, and the server cannot draw one.
  if (!thumbnail || file.key) return URL.createObjectURL(await fetchFile(conversation_id, file));
  const path = { conversation_id, attachment_id: file.id };
  return URL.createObjectURL((await api.downloadThumbnail({ path, parseAs: 'blob' })).data as Blob);
}

function picture(conversation: string, file: ShownFile, thumbnail: boolean): Promise<string> {
  const key = `${file.id}/${thumbnail && (!file.key || Boolean(file.thumbnail))}`;
  const found = pictures.get(key) ?? fetchPicture(conversation, file, thumbnail);
  pictures.delete(key);
  pictures.set(key, found);
  found.catch(() => pictures.get(key) === found && pictures.delete(key));
  if (pictures.size > MAX_PICTURES) drop(pictures.keys().next().value!);
  return found;
}

/** The server has too much to do: the picture may be loaded soon. */
const isBusy = ({ status }: Problem) => status === 408 || status === 429;
/** Whether a later attempt may load the picture, unlike that of a deleted file, or of one that cannot be decrypted. */
const mayPass = (fault: Problem) => fault.offline || isBusy(fault) || (fault.status >= 500 && fault.code !== 'mistake');

/** Attempts on one connection while the server is busy, and the longest time in seconds between them. */
const MAX_ATTEMPTS = 4;
const MAX_PAUSE = 60;

/**
 * Address of a photo or its thumbnail, once it is loaded. If that fails, it may be loaded again with each connection, and
 * at the time that a busy server gives.
 */
export function usePicture(conversation: string, file: ShownFile, thumbnail: boolean) {
  const { id, key } = file;
  const shown = useRef(file);
  const [state, setState] = useState<{ url?: string; fault?: Problem }>({});
  useEffect(() => {
    let current = true;
    let connections = 0;
    let failed = false;
    let attempts = 0;
    let pause: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const before = connections;
      clearTimeout(pause);
      failed = false;
      attempts += 1;
      try {
        const url = await picture(conversation, shown.current, thumbnail);
        if (current) setState({ url });
      } catch (fault) {
        if (!current) return;
        const problem = asProblem(fault);
        setState({ fault: problem });
        failed = mayPass(problem);
        if (failed && connections > before) return void load();
        if (!isBusy(problem) || attempts >= MAX_ATTEMPTS) return;
        const seconds = Math.min(MAX_PAUSE, problem.retryAfter || 2 ** attempts);
        pause = setTimeout(() => void load(), seconds * 1000);
      }
    };
    void load();
    const stop = events.onConnected(() => {
      connections += 1;
      attempts = 0;
      if (failed) void load();
    });
    return () => {
      current = false;
      clearTimeout(pause);
      stop();
    };
  }, [conversation, id, key, thumbnail]);
  return state;
}
