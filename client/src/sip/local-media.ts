import { CaptureError, camera, cameraById, microphone, silentTrack, type Facing } from '~/media/capture';
import { refreshDevices } from '~/media/devices';

/** What this side sends: a voice, or silence where there is no microphone to be had, and a picture at times. */
export class LocalMedia {
  /** A microphone or camera was pulled out, or taken by the system. */
  onTrackLost: (kind: 'audio' | 'video') => void = () => undefined;
  readonly stream = new MediaStream();
  audioTrack: MediaStreamTrack | undefined;
  videoTrack: MediaStreamTrack | undefined;
  #facing: Facing = 'user';

  /** Open the microphone. What comes back is why it could not be: then silence is sent in its place. */
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

  /** The camera that looks the other way, or the next of several. The one before is let go first: phones open one at a time. */
  async switchCamera(): Promise<void> {
    const { cameras } = await refreshDevices();
    const before = this.videoTrack?.getSettings();
    this.#facing = (before?.facingMode ?? this.#facing) === 'environment' ? 'user' : 'environment';
    const at = cameras.findIndex((each) => each.id === before?.deviceId);
    const next = cameras[(at + 1) % Math.max(1, cameras.length)];
    this.videoTrack?.stop();
    const track = await (before?.facingMode || !next ? camera(this.#facing) : cameraById(next.id));
    this.videoTrack = this.#replaceTrack(this.videoTrack, track);
  }

  close(): void {
    this.audioTrack = this.#replaceTrack(this.audioTrack, undefined);
    this.closeCamera();
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
      after.onended = () => this.onTrackLost(after.kind === 'audio' ? 'audio' : 'video');
    }
    return after;
  }
}
