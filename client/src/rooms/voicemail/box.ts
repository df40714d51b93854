import { api, type Message } from '~/api';
import { events } from '~/api/events';
import { onLeaving } from '~/api/session';
import { keep, keptFor, recall } from '~/kernel/kept';
import { heardAs } from '~/rooms/player';
import { Voicemail, type Left } from './model';

const KEY = 'voicemail';
let whose = keptFor();

/** One's own messages, the same for every screen that shows them. */
export const box = new Voicemail({
  ask: async (hidden) => {
    whose = keptFor();
    return (await api.listVoicemail({ query: { hidden } })).data.items;
  },
  kept: async () => ((await recall(KEY)) ?? []) as Message[],
  keep: (messages) => keep(whose, KEY, messages),
  mark: (id, heard) => api.markVoicemail({ path: { message_id: id }, body: { heard } }),
  putAway: (id) => api.hideVoicemail({ path: { message_id: id } }),
  bringBack: (id) => api.restoreVoicemail({ path: { message_id: id } }),
  erase: (id) => api.eraseVoicemail({ path: { message_id: id } }),
});

/** What was said. */
export async function soundOf(id: string): Promise<Blob> {
  return (await api.hearVoicemail({ path: { message_id: id }, query: { format: heardAs() }, parseAs: 'blob' }))
    .data as Blob;
}

/** How loud it is, for a message whose picture was not made yet when it was listed. */
export async function peaksOf({ id, peaks }: Left): Promise<readonly number[]> {
  return peaks.length > 0 ? peaks : ((await api.showVoicemail({ path: { message_id: id } })).data.waveform ?? []);
}

onLeaving(() => box.forget());
events.on('voicemail', () => void box.refresh());
events.onUp(() => void box.refresh());
