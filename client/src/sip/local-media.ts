import { CaptureError, camera, lossOf, microphone, nextCamera, sameCamera, silentTrack } from '~/media/capture';
import { refreshDevices } from '~/media/devices';

/** Local media: the microphone, or silence without one, and optionally a camera. */
export class LocalMedia {
  /** A microphone or camera was disconnected or taken by the system. */
  onTrackLost: (kind: 'audio' | 'video', why?: CaptureError) => void = () => undefined;
  readonly stream = new MediaStream();
  audioTrack: MediaStreamTrack | undefined;
  videoTrack: MediaStreamTrack | undefined;
  #exchanges: Promise<unknown> = Promise.resolve();

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
    this.#exchanges = Promise.resolve(); // one that hangs, as at a prompt, holds up no other camera
    this.videoTrack = this.#replaceTrack(this.videoTrack, undefined);
  }

  /** Switch to the opposite camera, or the next one. Returns whether the camera was exchanged. */
  async switchCamera(): Promise<boolean> {
    const { cameras } = await refreshDevices();
    return this.#exchangeCamera((before) => nextCamera(before, cameras));
  }

  /** Open the camera that is on again, after a change of what is sent of it. Returns whether it was exchanged. */
  reopenCamera(): Promise<boolean> {
    return this.#exchangeCamera(sameCamera);
  }

  close(): void {
    this.audioTrack = this.#replaceTrack(this.audioTrack, undefined);
    this.closeCamera();
  }

  /** Exchanges are done one after another. The camera before is stopped: phones open one at a time. */
  #exchangeCamera(open: (before: MediaStreamTrack) => Promise<MediaStreamTrack>): Promise<boolean> {
    const exchanged = this.#exchanges.then(() => this.#exchangeNow(open));
    this.#exchanges = exchanged.catch(() => undefined);
    return exchanged;
  }

  /** False, without effect, if the camera is closed before the other one is open. A failure closes it. */
  async #exchangeNow(open: (before: MediaStreamTrack) => Promise<MediaStreamTrack>): Promise<boolean> {
    const before = this.videoTrack;
    if (!before) return false;
    try {
      const opened = open(before);
      before.stop();
      const track = await opened;
      if (this.videoTrack === before) {
        this.videoTrack = this.#replaceTrack(before, track);
        return true;
      }
      track.stop();
    } catch (fault) {
      if (this.videoTrack === before) {
        this.closeCamera();
        throw fault;
      }
    }
    return false;
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
