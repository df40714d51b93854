import type { Parked } from '~/api';
import { createStore } from '~/core/store';

/** Parked calls of the tenant, by slot. */
export class ParkedCalls {
  readonly state = createStore<Parked[]>([]);
  #requests = 0;

  constructor(private readonly fetchParked: () => Promise<Parked[]>) {}

  /** Refetch. Offline the list is empty; a response overtaken by a later request is dropped. */
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
