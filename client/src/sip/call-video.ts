import { coalesce } from '~/core/coalesce';
import type { CaptureError } from '~/media/capture';
import type { CallState } from './call-state';
import type { LocalMedia } from './local-media';
import type { Transceivers } from './transceivers';

/** The part of a call that its video needs. */
interface CallAccess {
  state: () => CallState;
  /** Without effect once the call has ended. */
  set: (change: Partial<CallState>) => void;
  /** Undefined before the connection exists. */
  transceivers: () => Transceivers | undefined;
  /** Offer the changed media; false if it was refused. */
  renegotiate: () => Promise<boolean>;
}

/** The camera of a call, and what was agreed with the remote party about video. */
export class CallVideo {
  constructor(
    private readonly media: LocalMedia,
    private readonly call: CallAccess,
  ) {}

  /** Open the camera before the call is offered or answered. */
  async open(): Promise<void> {
    // A missing microphone is more important than a missing camera.
    const { captureError } = this.call.state();
    await this.media
      .openCamera()
      .catch((fault: CaptureError) => this.call.set({ captureError: captureError ?? fault }));
    this.#publish();
  }

  /** Send the camera that is on with the background that is wanted now. One that has ended stays off. */
  readonly applyBlur = coalesce(() => this.#change(() => this.media.reopenCamera()));

  /** Send video from now on. */
  async start(): Promise<void> {
    this.call.set({ camera: 'starting', captureError: undefined, videoRefused: false, videoEnded: false });
    try {
      await this.media.openCamera();
    } catch (fault) {
      return this.call.set({ camera: 'off', captureError: fault as CaptureError });
    }
    if (this.#over) return this.media.close();
    const transceivers = this.call.transceivers()!;
    await transceivers.setTrack('video', this.media.videoTrack);
    const agreed = (await this.call.renegotiate()) && transceivers.videoAccepted;
    if (this.#over) return;
    if (!agreed) await this.reject();
    this.#publish();
  }

  async stop(): Promise<void> {
    this.#closeCamera();
    await this.call.transceivers()!.setTrack('video', undefined);
    await this.call.renegotiate();
  }

  switchCamera(): Promise<void> {
    return this.#change(() => this.media.switchCamera());
  }

  /** `open` returns whether the camera was exchanged: it is not if it was closed meanwhile. */
  async #change(open: () => Promise<boolean>): Promise<void> {
    const outcome = await open().catch((fault: CaptureError) => fault);
    if (this.#over) return this.media.close();
    if (typeof outcome !== 'boolean') return this.lost(outcome);
    if (!outcome) return;
    this.#publish();
    await this.call.transceivers()?.setTrack('video', this.media.videoTrack);
  }

  /** The camera has ended by itself, or cannot be opened again. */
  async lost(captureError: CaptureError | undefined): Promise<void> {
    if (this.#answered) await this.stop();
    else this.#closeCamera();
    this.call.set({ captureError });
  }

  /** The remote party does not accept video: stop the camera and say so. */
  async reject(): Promise<void> {
    this.#closeCamera();
    this.call.set({ videoRefused: true });
    await this.call.transceivers()?.setTrack('video', undefined);
  }

  /** The call was moved to a party without video: stop the camera and say so. */
  end(): void {
    this.#closeCamera();
    this.call.set({ videoEnded: true });
  }

  get #answered(): boolean {
    return ['talking', 'held'].includes(this.call.state().phase);
  }

  get #over(): boolean {
    return this.call.state().phase === 'ended';
  }

  #closeCamera(): void {
    this.media.closeCamera();
    this.#publish();
  }

  #publish(): void {
    const { videoTrack } = this.media;
    this.call.set({ camera: videoTrack ? 'on' : 'off', localVideo: videoTrack && new MediaStream([videoTrack]) });
  }
}
