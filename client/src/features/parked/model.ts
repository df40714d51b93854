import type { Parked } from '~/api';
import { createStore } from '~/core/store';

/** Who is parked in the organisation, in the order of the places. */
export class ParkedCalls {
  readonly state = createStore<Parked[]>([]);
  #requests = 0;

  constructor(private readonly fetchParked: () => Promise<Parked[]>) {}

  /** Ask anew. Without a network nobody is known to be parked; an answer that another question overtook is not shown. */
  async refresh(): Promise<void> {
    const request = ++this.#requests;
    const found = await this.fetchParked().catch(() => []);
    if (request === this.#requests) this.state.setState(() => found);
  }

  clear(): void {
    this.#requests += 1;
    this.state.setState(() => []);
  }
}
