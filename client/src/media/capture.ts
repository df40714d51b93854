import { blurBackground, supportsBackgroundBlur } from '~/media/background-blur';
import { refreshDevices, type Device } from '~/media/devices';
import { preferences } from '~/core/preferences';
import { createStore } from '~/core/store';

export type Source = 'microphone' | 'camera';

type ErrorSource = Source | 'screen';

/**
 * refused: by the user or the browser settings; missing: no device; busy: in use by another program; insecure: no
 * HTTPS.
 */
export type DeviceFailure = 'refused' | 'missing' | 'busy' | 'insecure';

/** blur: the background of the camera was to be blurred, which this device cannot do, or not fast enough. */
export type CaptureFailure = DeviceFailure | 'blur';

/** A device could not be opened. A call continues without it. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';

  constructor(
    readonly source: ErrorSource,
    readonly reason: CaptureFailure,
  ) {
    super(`${source}: ${reason}`);
  }
}

/** The permission the browser is prompting for, so that a view can explain it. */
export const pendingPermission = createStore<{ source?: Source }>({});

export type Facing = 'user' | 'environment';

export function microphone(): Promise<MediaStreamTrack> {
  const { microphone: id } = preferences.state;
  return capture('microphone', { audio: { deviceId: id ? { ideal: id } : undefined } });
}

/** Open the selected camera, unless a facing mode is given. */
export function camera(facing?: Facing): Promise<MediaStreamTrack> {
  const { camera: id } = preferences.state;
  const which = facing ? { facingMode: { ideal: facing } } : id ? { deviceId: { ideal: id } } : { facingMode: 'user' };
  return openCamera({ ...which, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { max: 30 } });
}

/** Open the opposite camera, or the next one. The one before has to be stopped as soon as this has been called. */
export async function nextCamera(before: MediaStreamTrack, known?: readonly Device[]): Promise<MediaStreamTrack> {
  const { deviceId, facingMode } = before.getSettings();
  if (facingMode) {
    const opposite = await camera(facingMode === 'environment' ? 'user' : 'environment');
    if (opposite.getSettings().deviceId !== deviceId) return opposite;
    opposite.stop(); // All cameras look the same way.
  }
  const cameras = known ?? (await refreshDevices()).cameras;
  const next = cameras[(cameras.findIndex((each) => each.id === deviceId) + 1) % Math.max(1, cameras.length)];
  return next ? cameraById(next.id) : camera();
}

/** Open a camera by id, for cameras without a facing mode. */
function cameraById(id: string): Promise<MediaStreamTrack> {
  return openCamera({ deviceId: { exact: id }, width: { ideal: 1280 }, height: { ideal: 720 } });
}

/** Open the same camera again, after a change of what is sent of it. The one before has to be stopped as above. */
export function sameCamera(before: MediaStreamTrack): Promise<MediaStreamTrack> {
  const { deviceId } = before.getSettings();
  return deviceId ? cameraById(deviceId) : camera();
}

const losses = new WeakMap<MediaStreamTrack, CaptureError>();

/** Why a track has ended by itself, if that is known. */
export function lossOf(track: MediaStreamTrack): CaptureError | undefined {
  return losses.get(track);
}

/** Its background is blurred if the user wants that. */
async function openCamera(video: MediaTrackConstraints): Promise<MediaStreamTrack> {
  const opened = await capture('camera', { video });
  if (!preferences.state.backgroundBlur || !supportsBackgroundBlur()) return opened;
  const failure = new CaptureError('camera', 'blur');
  const blurred = await blurBackground(opened, () => void losses.set(blurred!, failure)).catch(() => undefined);
  if (!preferences.state.backgroundBlur) {
    // Switched off meanwhile.
    blurred?.stop();
    return openCamera(video);
  }
  if (!blurred) throw failure;
  return blurred;
}

/** The tracks of a camera or a screen. */
export interface Captured {
  track: MediaStreamTrack;
  /** Of a screen, if it was wanted and the user has shared it. */
  sound?: MediaStreamTrack;
}

/** Constraints of screen capture that TypeScript does not know yet (Screen Capture, and its extensions). */
interface ScreenOptions extends DisplayMediaStreamOptions {
  systemAudio: 'include' | 'exclude';
  selfBrowserSurface: 'exclude';
}

/** Let the user choose a screen, window or tab, with its sound if wanted. */
export async function screen(withSound: boolean): Promise<Captured> {
  // The sound of a whole screen contains that of this app: the others would hear themselves.
  const withoutOwn = supportsConstraint('restrictOwnAudio');
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, restrictOwnAudio: true };
  const options: ScreenOptions = {
    video: { frameRate: { max: 15 } },
    audio: withSound && audio,
    systemAudio: withoutOwn ? 'include' : 'exclude',
    selfBrowserSurface: 'exclude',
  };
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia(options);
    const [track] = stream.getVideoTracks();
    track!.contentHint = 'detail';
    return { track: track!, sound: stream.getAudioTracks()[0] };
  } catch (fault) {
    throw new CaptureError('screen', captureFailureOf(fault));
  }
}

/** Phones cannot share their screen. */
export function supportsScreenSharing(): boolean {
  return 'getDisplayMedia' in (navigator.mediaDevices ?? {});
}

/** Only browsers with Chromium give the sound of what is shared; they know this constraint. */
export function supportsScreenSound(): boolean {
  return supportsScreenSharing() && supportsConstraint('suppressLocalAudioPlayback');
}

function supportsConstraint(name: string): boolean {
  return name in navigator.mediaDevices.getSupportedConstraints();
}

async function capture(source: Source, constraints: MediaStreamConstraints): Promise<MediaStreamTrack> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) throw new CaptureError(source, isSecureContext ? 'missing' : 'insecure');
  const state = await permissionState(source);
  if (state === 'prompt') pendingPermission.setState(() => ({ source }));
  try {
    const stream = await devices.getUserMedia(constraints);
    return stream.getTracks()[0]!;
  } catch (fault) {
    throw new CaptureError(source, captureFailureOf(fault));
  } finally {
    if (pendingPermission.state.source === source) pendingPermission.setState(() => ({}));
  }
}

/** State of a permission, without prompting; `prompt` if unknown. */
async function permissionState(source: Source): Promise<PermissionState> {
  try {
    return (await navigator.permissions.query({ name: source as PermissionName })).state;
  } catch {
    return 'prompt'; // Firefox does not support these names.
  }
}

export function captureFailureOf(fault: unknown): DeviceFailure {
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'missing';
}

/** A silent track: a call without a microphone still needs one. */
export function silentTrack(): MediaStreamTrack {
  const context = new AudioContext();
  const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
  const stop = track!.stop.bind(track);
  track!.stop = () => {
    stop();
    void context.close();
  };
  return track!;
}
