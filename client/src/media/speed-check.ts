/** Milliseconds that a picture may take on average: five pictures a second. */
const LIMIT_MS = 200;
/** Pictures over which the average is taken. The first ones take longer, until the program is warm. */
const PICTURES = 30;

/** Finds out that a device is too slow to work on each picture of a video. */
export class SpeedCheck {
  #spent = 0;
  #pictures = 0;

  /** Count a picture by the milliseconds that it took. Returns whether the last ones took too long, once each time. */
  isTooSlow(milliseconds: number): boolean {
    this.#spent += milliseconds;
    this.#pictures += 1;
    if (this.#pictures < PICTURES) return false;
    const average = this.#spent / this.#pictures;
    this.#spent = this.#pictures = 0;
    return average > LIMIT_MS;
  }
}
