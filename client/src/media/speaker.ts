import { preferences } from '~/core/preferences';
import { canSelectSpeaker } from './devices';

/** Where a call is heard: an element of its own, so that it goes on whatever screen is open. Without one a browser decodes nothing. */
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
    void this.#element.play().catch(() => undefined); // Played as soon as the person touches the page.
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
    await this.#element.setSinkId(speaker).catch(() => undefined); // Pulled out: the usual one it is.
  }
}
