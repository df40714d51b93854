import { api } from '~/api';
import { events } from '~/api/events';
import { push } from '~/api/push';
import { loggedErrors } from '~/core/error-log';
import { preferences } from '~/core/preferences';
import { refreshDevices } from '~/media/devices';
import { phone } from '~/sip';
import { version } from '../../../package.json';
import type { DiagnosticsData } from './report';

const PERMISSIONS = ['microphone', 'camera', 'notifications', 'accelerometer', 'screen-wake-lock'] as const;

/** Collect facts about this browser and device; requests no permissions. */
export async function collectDiagnostics(): Promise<DiagnosticsData> {
  const [server, permissions, devices, worker] = await Promise.all([
    serverVersion(),
    permissionStates(),
    refreshDevices(),
    workerState(),
  ]);
  const { line, problem } = phone.state.state;
  const { language, sensors, ringtone, microphone, camera, speaker } = preferences.state;
  return {
    at: new Date().toISOString(),
    client: version,
    server,
    browser: navigator.userAgent,
    languages: navigator.languages,
    screen: { width: innerWidth, height: innerHeight, density: devicePixelRatio },
    installed: matchMedia('(display-mode: standalone)').matches,
    secure: isSecureContext,
    online: navigator.onLine,
    events: events.connection.state,
    phone: { line, reason: problem?.code ?? '' },
    push: push.state.state.state,
    worker,
    permissions,
    devices: {
      microphones: devices.microphones.length,
      cameras: devices.cameras.length,
      speakers: devices.speakers.length,
    },
    preferences: {
      language,
      sensors,
      ringtone,
      microphone: describeChoice(microphone),
      camera: describeChoice(camera),
      speaker: describeChoice(speaker),
    },
    faults: loggedErrors(),
  };
}

/** The device id itself is not reported. */
function describeChoice(id: string): string {
  return id ? 'selected' : 'system default';
}

async function serverVersion(): Promise<string> {
  try {
    return (await api.health()).data.version;
  } catch {
    return 'not reachable';
  }
}

async function permissionStates(): Promise<Record<string, string>> {
  const states = await Promise.all(
    PERMISSIONS.map(async (name) => {
      const state = await navigator.permissions
        ?.query({ name: name as PermissionName })
        .then((each) => each.state)
        .catch(() => 'not supported');
      return [name, state ?? 'not supported'] as const;
    }),
  );
  return Object.fromEntries(states);
}

async function workerState(): Promise<string> {
  if (!('serviceWorker' in navigator)) return 'not supported';
  const registration = await navigator.serviceWorker.getRegistration('/app/').catch(() => undefined);
  if (!registration) return 'none';
  return registration.waiting ? 'running, update waiting' : registration.active ? 'running' : 'installing';
}
