import { coalesce } from '~/core/coalesce';
import { preferences } from '~/core/preferences';
import { noiseSuppression, type NoiseSuppression } from '~/media/noise-suppression';
import type { SoundProcessor } from '~/media/sound-processor';

/** The part of a call that its sound needs. */
interface CallAccess {
  microphone: () => MediaStreamTrack | undefined;
  /** Send a track from now on; without effect before the connection exists. */
  send: (track: MediaStreamTrack) => Promise<void>;
  ended: () => boolean;
}

/**
 * The sound that a call sends: the microphone as it is, or mixed with the sound of a shared screen and without
 * background noise, as the user wants. The program for it is loaded when it is first wanted.
 */
export class CallSound {
  /** Send what is wanted now. Follows the preferences and the tracks; the call goes on meanwhile. */
  readonly apply = coalesce(() => this.#apply());
  #processor: SoundProcessor | undefined;
  #screen: MediaStreamTrack | undefined;
  #reported: NoiseSuppression = 'off';

  constructor(private readonly call: CallAccess) {}

  /** Send the sound of a shared screen, or no longer. */
  setScreen(track: MediaStreamTrack | undefined): void {
    this.#screen = track;
    void this.apply();
  }

  /** A hold silences all, a muted microphone only the voice. */
  setEnabled(enabled: boolean): void {
    if (this.#processor) this.#processor.track.enabled = enabled;
  }

  close(): void {
    this.#processor?.close();
    this.#processor = undefined;
    this.#report('off');
  }

  async #apply(): Promise<void> {
    const microphone = this.call.microphone();
    if (!microphone || this.call.ended()) return;
    const { noiseSuppression: suppresses, screenSound } = preferences.state;
    const screen = screenSound ? this.#screen : undefined;
    if (!suppresses && !screen) {
      await this.call.send(microphone);
      return this.close();
    }
    if (suppresses && this.#reported !== 'on') this.#report('starting');
    try {
      const { SoundProcessor } = await import('~/media/sound-processor');
      if (this.call.ended()) return this.close();
      this.#processor ??= new SoundProcessor();
      this.#processor.connect(microphone, screen);
    } catch {
      // Without what is needed, or without the means: Firefox mixes no microphone of another sample rate.
      await this.call.send(microphone);
      this.close();
      return this.#report(suppresses ? 'failed' : 'off');
    }
    const suppressed = await this.#processor.suppress(suppresses).then(
      () => suppresses,
      () => false,
    );
    if (this.call.ended()) return this.close();
    this.#report(suppressed ? 'on' : suppresses ? 'failed' : 'off');
    await this.call.send(this.#processor.track);
  }

  /** Show what this call does about noise; another call may have reported since. */
  #report(state: NoiseSuppression): void {
    if (this.#reported === state) return;
    this.#reported = state;
    noiseSuppression.setState(() => ({ state }));
  }
}
