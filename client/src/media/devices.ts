import { createStore } from '~/kernel/store';

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
export const speakersCanBeChosen = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;

export async function lookAtDevices(): Promise<Devices> {
  const media = (navigator as Partial<Navigator>).mediaDevices;
  const all = media ? await media.enumerateDevices().catch(() => []) : [];
  devices.setState(() => sorted(all));
  return devices.state;
}

export function sorted(all: Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[]): Devices {
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
  const look = () => void lookAtDevices().then(changed);
  media.addEventListener('devicechange', look);
  look();
  return () => media.removeEventListener('devicechange', look);
}
