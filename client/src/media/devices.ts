import { createStore } from '~/core/store';

export interface Device {
  id: string;
  /** As the browser names it; empty before any permission was given. */
  name: string;
}

export interface Devices {
  microphones: Device[];
  cameras: Device[];
  speakers: Device[];
}

/** What is plugged in now. Names are there once the microphone or camera was allowed. */
export const devices = createStore<Devices>({ microphones: [], cameras: [], speakers: [] });

/** Whether this browser lets a page choose where sound comes out. */
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

/** Follow what is plugged in and pulled out; returns how to stop. */
export function watchDevices(changed: () => void = () => undefined): () => void {
  const media = (navigator as Partial<Navigator>).mediaDevices;
  if (!media) return () => undefined;
  const refresh = () => void refreshDevices().then(changed);
  media.addEventListener('devicechange', refresh);
  refresh();
  return () => media.removeEventListener('devicechange', refresh);
}
