import { api, type HearRecordingData } from '~/api';
import { audioFormat } from '~/features/player';

export type Purpose = NonNullable<NonNullable<HearRecordingData['query']>['purpose']>;

/** What was said. The server notes who listened, and what for. */
export async function fetchRecording(recording_id: string, purpose: Purpose, tenant?: string): Promise<Blob> {
  const query = { purpose, tenant, format: audioFormat() };
  return (await api.hearRecording({ path: { recording_id }, query, parseAs: 'blob' })).data as Blob;
}

/** How loud it is from beginning to end. */
export async function fetchWaveform(recording_id: string, tenant?: string): Promise<readonly number[]> {
  return (await api.showRecording({ path: { recording_id }, query: { tenant } })).data.waveform ?? [];
}
