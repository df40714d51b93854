import type { Parked } from '~/api';
import { createStore } from '~/kernel/store';

/** Who is parked in the organisation, in the order of the places. */
export class ParkedCalls {
  readonly state = createStore<Parked[]>([]);
  #asked = 0;

  constructor(private readonly ask: () => Promise<Parked[]>) {}

  /** Ask anew. Without a network nobody is known to be parked; an answer that another question overtook is not shown. */
  async find(): Promise<void> {
    const own = ++this.#asked;
    const found = await this.ask().catch(() => []);
    if (own === this.#asked) this.state.setState(() => found);
  }

  forget(): void {
    this.#asked += 1;
    this.state.setState(() => []);
  }
}
