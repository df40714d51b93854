import {
  CaptureError,
  camera,
  cameraById,
  lossOf,
  microphone,
  sameCamera,
  silentTrack,
  type Facing,
} from '~/media/capture';
import { refreshDevices } from '~/media/devices';

/** Local media: the microphone, or silence without one, and optionally a camera. */
export class LocalMedia {
  /** A microphone or camera was disconnected or taken by the system. */
  onTrackLost: (kind: 'audio' | 'video', why?: CaptureError) => void = () => undefined;
  readonly stream = new MediaStream();
  audioTrack: MediaStreamTrack | undefined;
  videoTrack: MediaStreamTrack | undefined;
  #facing: Facing = 'user';

  /** Open the microphone. Returns the error, if any; silence is sent instead. */
  async openMicrophone(): Promise<CaptureError | undefined> {
    const [track, refused] = await microphone().then(
      (each) => [each, undefined] as const,
      (fault: unknown) => [silentTrack(), fault as CaptureError] as const,
    );
    this.audioTrack = this.#replaceTrack(this.audioTrack, track);
    return refused;
  }

  async openCamera(): Promise<void> {
    const track = await camera();
    this.videoTrack = this.#replaceTrack(this.videoTrack, track);
  }

  closeCamera(): void {
    this.videoTrack = this.#replaceTrack(this.videoTrack, undefined);
  }

  /** Switch to the opposite camera, or the next one. The current one is stopped first: phones open one at a time. */
  async switchCamera(): Promise<void> {
    const { cameras } = await refreshDevices();
    if (!this.videoTrack) return;
    const { deviceId, facingMode } = this.videoTrack.getSettings();
    this.#facing = (facingMode ?? this.#facing) === 'environment' ? 'user' : 'environment';
    const at = cameras.findIndex((each) => each.id === deviceId);
    const next = cameras[(at + 1) % Math.max(1, cameras.length)];
    this.videoTrack.stop();
    await this.#exchangeCamera(facingMode || !next ? camera(this.#facing) : cameraById(next.id));
  }

  /** Open the camera that is on again, after a change of what is sent of it. */
  async reopenCamera(): Promise<void> {
    if (!this.videoTrack) return;
    this.videoTrack.stop();
    await this.#exchangeCamera(sameCamera(this.videoTrack));
  }

  close(): void {
    this.audioTrack = this.#replaceTrack(this.audioTrack, undefined);
    this.closeCamera();
  }

  /** Without effect if the camera that is on now is closed or exchanged while the other one is opened. */
  async #exchangeCamera(opening: Promise<MediaStreamTrack>): Promise<void> {
    const before = this.videoTrack;
    try {
      const track = await opening;
      if (this.videoTrack !== before) return track.stop();
      this.videoTrack = this.#replaceTrack(before, track);
    } catch (fault) {
      if (this.videoTrack === before) throw fault;
    }
  }

  #replaceTrack(
    before: MediaStreamTrack | undefined,
    after: MediaStreamTrack | undefined,
  ): MediaStreamTrack | undefined {
    if (before) {
      this.stream.removeTrack(before);
      before.stop();
    }
    if (after) {
      this.stream.addTrack(after);
      after.onended = () => this.onTrackLost(after.kind === 'audio' ? 'audio' : 'video', lossOf(after));
    }
    return after;
  }
}
