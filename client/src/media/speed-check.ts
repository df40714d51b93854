/** Milliseconds that a picture may take: five pictures a second. */
const LIMIT_MS = 200;
/**
 * Pictures of which the fastest counts: the first ones take longer, until the program is warm, and while other programs
 * are busy most of them wait for the CPU. A device that this makes slow for a while sends fewer pictures meanwhile.
 */
const PICTURES = 30;

/** Finds out that a device is too slow to work on each picture of a video. */
export class SpeedCheck {
  #fastest = Infinity;
  #pictures = 0;

  /** Count a picture by the milliseconds that it took. Returns whether all of the last ones took too long, once each time. */
  isTooSlow(milliseconds: number): boolean {
    this.#fastest = Math.min(this.#fastest, milliseconds);
    this.#pictures += 1;
    if (this.#pictures < PICTURES) return false;
    const tooSlow = this.#fastest > LIMIT_MS;
    this.#fastest = Infinity;
    this.#pictures = 0;
    return tooSlow;
  }
}
