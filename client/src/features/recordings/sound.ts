import { api, type HearRecordingData } from '~/api';
import { audioFormat } from '~/features/player';

export type Purpose = NonNullable<NonNullable<HearRecordingData['query']>['purpose']>;

/** Fetch the sound. The server logs the listener and the purpose. */
export async function fetchRecording(recording_id: string, purpose: Purpose, tenant?: string): Promise<Blob> {
  const query = { purpose, tenant, format: audioFormat() };
  return (await api.hearRecording({ path: { recording_id }, query, parseAs: 'blob' })).data as Blob;
}

/** Fetch the waveform. */
export async function fetchWaveform(recording_id: string, tenant?: string): Promise<readonly number[]> {
  return (await api.showRecording({ path: { recording_id }, query: { tenant } })).data.waveform ?? [];
}
