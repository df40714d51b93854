import { createStore } from '~/core/store';

export interface Device {
  id: string;
  /** Label from the browser; empty before permission was granted. */
  name: string;
}

export interface Devices {
  microphones: Device[];
  cameras: Device[];
  speakers: Device[];
}

/** Connected devices. Labels are available after permission was granted. */
export const devices = createStore<Devices>({ microphones: [], cameras: [], speakers: [] });

/** Whether the browser supports selecting the audio output. */
export const canSelectSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;

export async function refreshDevices(): Promise<Devices> {
  const media = (navigator as Partial<Navigator>).mediaDevices;
  const all = media ? await media.enumerateDevices().catch(() => []) : [];
  devices.setState(() => groupByKind(all));
  return devices.state;
}

export function groupByKind(all: Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[]): Devices {
  const of = (kind: MediaDeviceKind): Device[] =>
    all
      .filter((each) => each.kind === kind && each.deviceId !== '')
      .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') };
}

/** Watch for connected and removed devices. Returns the stop function. */
export function watchDevices(changed: () => void = () => undefined): () => void {
  const media = (navigator as Partial<Navigator>).mediaDevices;
  if (!media) return () => undefined;
  const refresh = () => void refreshDevices().then(changed);
  media.addEventListener('devicechange', refresh);
  refresh();
  return () => media.removeEventListener('devicechange', refresh);
}
