import { CaptureRefused, camera, cameraById, microphone, silence, type Facing } from '~/media/capture';
import { lookAtDevices } from '~/media/devices';

/** What this side sends: a voice, or silence where there is no microphone to be had, and a picture at times. */
export class Own {
  /** A microphone or camera was pulled out, or taken by the system. */
  lost: (kind: 'sound' | 'picture') => void = () => undefined;
  readonly stream = new MediaStream();
  sound: MediaStreamTrack | undefined;
  picture: MediaStreamTrack | undefined;
  #facing: Facing = 'user';

  /** Open the microphone. What comes back is why it could not be: then silence is sent in its place. */
  async openSound(): Promise<CaptureRefused | undefined> {
    const [track, refused] = await microphone().then(
      (each) => [each, undefined] as const,
      (fault: unknown) => [silence(), fault as CaptureRefused] as const,
    );
    this.sound = this.#swap(this.sound, track);
    return refused;
  }

  async openPicture(): Promise<void> {
    const track = await camera();
    this.picture = this.#swap(this.picture, track);
  }

  closePicture(): void {
    this.picture = this.#swap(this.picture, undefined);
  }

  /** The camera that looks the other way, or the next of several. The one before is let go first: phones open one at a time. */
  async turn(): Promise<void> {
    const { cameras } = await lookAtDevices();
    const before = this.picture?.getSettings();
    this.#facing = (before?.facingMode ?? this.#facing) === 'environment' ? 'user' : 'environment';
    const at = cameras.findIndex((each) => each.id === before?.deviceId);
    const next = cameras[(at + 1) % Math.max(1, cameras.length)];
    this.picture?.stop();
    const track = await (before?.facingMode || !next ? camera(this.#facing) : cameraById(next.id));
    this.picture = this.#swap(this.picture, track);
  }

  close(): void {
    this.sound = this.#swap(this.sound, undefined);
    this.closePicture();
  }

  #swap(before: MediaStreamTrack | undefined, after: MediaStreamTrack | undefined): MediaStreamTrack | undefined {
    if (before) {
      this.stream.removeTrack(before);
      before.stop();
    }
    if (after) {
      this.stream.addTrack(after);
      after.onended = () => this.lost(after.kind === 'audio' ? 'sound' : 'picture');
    }
    return after;
  }
}
