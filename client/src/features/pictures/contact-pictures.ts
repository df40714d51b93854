import { api } from '~/api';
import { onSignOut } from '~/api/session';
import { changePictures, setPictures, type PictureSource } from '~/core/pictures';

const GROUP = 'contacts';

export interface FoundPicture {
  /** Id of the contact, or a number. */
  key: string;
  contact: string;
  /** Empty without a picture. */
  version: string;
}

/** Show the pictures of contacts that were fetched. They are loaded when they are shown. */
export function showContactPictures(found: Iterable<FoundPicture>, tenant?: string): void {
  const changes = new Map<string, PictureSource | undefined>();
  for (const { key, contact, version } of found) {
    const path = { contact_id: contact };
    const load = async () => (await api.showContactPicture({ path, query: { tenant }, parseAs: 'blob' })).data as Blob;
    changes.set(key, version ? { version, load } : undefined);
  }
  changePictures(GROUP, changes);
}

onSignOut(() => setPictures(GROUP, new Map()));
