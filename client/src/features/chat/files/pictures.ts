import { useEffect, useState } from 'react';
import { api } from '~/api';
import { onSignOut } from '~/api/session';
import { asProblem, type Problem } from '~/core/problem';

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

interface Where {
  conversation_id: string;
  attachment_id: string;
}

/** Fetch a file of a message. */
export async function fetchFile(path: Where): Promise<Blob> {
  return (await api.downloadAttachment({ path, parseAs: 'blob' })).data as Blob;
}

async function fetchPicture(path: Where, thumbnail: boolean): Promise<string> {
  const get = thumbnail ? api.downloadThumbnail : api.downloadAttachment;
  return URL.createObjectURL((await get({ path, parseAs: 'blob' })).data as Blob);
}

function picture(path: Where, thumbnail: boolean): Promise<string> {
  const key = `${path.attachment_id}/${thumbnail}`;
  const found = pictures.get(key) ?? fetchPicture(path, thumbnail);
  pictures.delete(key);
  pictures.set(key, found);
  found.catch(() => pictures.delete(key));
  if (pictures.size > MAX_PICTURES) drop(pictures.keys().next().value!);
  return found;
}

/** Address of a photo or its thumbnail, once it is loaded. */
export function usePicture(conversation: string, attachment: string, thumbnail: boolean) {
  const [state, setState] = useState<{ url?: string; fault?: Problem }>({});
  useEffect(() => {
    let current = true;
    picture({ conversation_id: conversation, attachment_id: attachment }, thumbnail).then(
      (url) => current && setState({ url }),
      (fault: unknown) => current && setState({ fault: asProblem(fault) }),
    );
    return () => {
      current = false;
    };
  }, [conversation, attachment, thumbnail]);
  return state;
}
