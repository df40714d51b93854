import { api, type Message } from '~/api';
import { events } from '~/api/events';
import { hasTenant, onSignOut } from '~/api/session';
import { saveLocal, currentOwner, readLocal } from '~/core/device-storage';
import { deletions } from '~/core/deferred';
import { audioFormat } from '~/features/player';
import { Voicemail, type VoicemailEntry } from './model';

const STORAGE_KEY = 'voicemail';
let owner = currentOwner();

/** The user's messages, shared by all screens. */
export const ownVoicemail = new Voicemail({
  fetchMessages: async (hidden) => {
    owner = currentOwner();
    return (await api.listVoicemail({ query: { hidden } })).data.items;
  },
  loadCached: async () => ((await readLocal(STORAGE_KEY)) ?? []) as Message[],
  saveCached: (messages) => saveLocal(owner, STORAGE_KEY, messages),
  mark: (id, heard) => api.markVoicemail({ path: { message_id: id }, body: { heard } }),
  archive: (id) => api.hideVoicemail({ path: { message_id: id } }),
  restore: (id) => api.restoreVoicemail({ path: { message_id: id } }),
  erase: (id) => api.eraseVoicemail({ path: { message_id: id }, keepalive: true }),
  later: deletions,
});

/** Fetch the sound of a message. */
export async function fetchMessage(id: string): Promise<Blob> {
  return (await api.hearVoicemail({ path: { message_id: id }, query: { format: audioFormat() }, parseAs: 'blob' }))
    .data as Blob;
}

/** The waveform, fetched if it was missing in the list. */
export async function fetchWaveform({ id, peaks }: VoicemailEntry): Promise<readonly number[]> {
  return peaks.length > 0 ? peaks : ((await api.showVoicemail({ path: { message_id: id } })).data.waveform ?? []);
}

onSignOut(() => ownVoicemail.clear());
events.on('voicemail', () => void ownVoicemail.refresh());
events.onConnected(() => hasTenant() && void ownVoicemail.refresh());
