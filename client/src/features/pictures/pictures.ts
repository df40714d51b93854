import { api } from '~/api';
import { events } from '~/api/events';
import { onSignOut, session } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { setPictures, type PictureSource } from '~/core/pictures';

const GROUP = 'colleagues';
let generation = 0;

/** Fetch who of the organisation has a picture; the pictures are fetched when they are shown. */
export async function refreshPictures(): Promise<void> {
  const now = session.state;
  generation += 1;
  const own = generation;
  if (now.state !== 'in' || now.stale || now.me.must_change || now.me.acceptance_needed) return;
  const tenant = now.me.role === 'operator' ? tenantSelection.state.selected?.id : undefined;
  if (now.me.role === 'operator' && !tenant) return;
  try {
    const { items } = (await api.listPictures({ query: { tenant } })).data;
    if (own !== generation) return;
    const sources = new Map<string, PictureSource>();
    for (const { person_id, extensions, numbers, version } of items) {
      const path = { person_id };
      const load = async () => (await api.showPicture({ path, query: { tenant }, parseAs: 'blob' })).data as Blob;
      for (const each of [person_id, ...extensions, ...numbers]) sources.set(each, { version, load });
    }
    setPictures(GROUP, sources);
  } catch {
    // Letters are shown instead; the next change or connection tries again.
  }
}

/** Show pictures of colleagues while a user is signed in. */
export function showPicturesWhileSignedIn(): void {
  void refreshPictures();
  let shownFor = key();
  const look = () => {
    if (key() === shownFor) return;
    shownFor = key();
    void refreshPictures();
  };
  session.subscribe(look);
  tenantSelection.subscribe(look);
  events.on('pictures', () => void refreshPictures());
  events.on('directory', () => void refreshPictures());
}

/** Changes with everything that decides which pictures are shown. */
function key(): string {
  const now = session.state;
  if (now.state !== 'in' || now.stale) return '';
  const { selected } = tenantSelection.state;
  return JSON.stringify([now.me.person?.id, now.me.acceptance_needed, now.me.must_change, selected?.id]);
}

onSignOut(() => {
  generation += 1;
  setPictures(GROUP, new Map());
});
