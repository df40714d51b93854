import type { Parked } from '~/api';
import { createStore } from '~/core/store';

/** Milliseconds until a call that is being parked is no longer waited for. */
const LISTED_WITHIN = 10_000;

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

  /**
   * The slot of a call that is being parked. It is listed a moment later, once it is connected there; undefined if it
   * is not listed within ten seconds, such as when the caller has hung up.
   */
  async slotOf(callId: string): Promise<number | undefined> {
    await this.refresh();
    const listed = () => this.state.state.find((each) => each.call_id === callId)?.place;
    return listed() ?? (await this.#listedLater(listed));
  }

  #listedLater(listed: () => number | undefined): Promise<number | undefined> {
    return new Promise((resolve) => {
      const done = (place?: number) => {
        clearTimeout(timer);
        unsubscribe();
        resolve(place);
      };
      const timer = setTimeout(done, LISTED_WITHIN);
      const { unsubscribe } = this.state.subscribe(() => listed() !== undefined && done(listed()));
    });
  }

  clear(): void {
    this.#requests += 1;
    this.state.setState(() => []);
  }
}
