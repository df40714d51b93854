import { preferences } from '~/core/preferences';
import { canSelectSpeaker } from './devices';

/**
 * Audio output of a call: its own element, independent of the current screen. Without an element browsers do not decode
 * the stream.
 */
export class Speaker {
  readonly #element = new Audio();
  readonly #preferencesSubscription: { unsubscribe: () => void };

  constructor() {
    this.#element.autoplay = true;
    this.#preferencesSubscription = preferences.subscribe(() => void this.#route());
  }

  play(stream: MediaStream): void {
    this.#element.srcObject = stream;
    void this.#route();
    void this.#element.play().catch(() => undefined); // Playback starts on the first user gesture.
  }

  setMuted(muted: boolean): void {
    this.#element.muted = muted;
  }

  close(): void {
    this.#preferencesSubscription.unsubscribe();
    this.#element.srcObject = null;
  }

  async #route(): Promise<void> {
    if (!canSelectSpeaker()) return;
    const { speaker } = preferences.state;
    if (this.#element.sinkId === speaker) return;
    await this.#element.setSinkId(speaker).catch(() => undefined); // Disconnected: the default output is used.
  }
}
