import type { Presence } from '~/api';
import type { PresenceItem } from '~/api/events';
import { createStore } from '~/core/store';

export type PresenceState = Presence['state'];
/** A state that users set. */
export type OwnState = Presence['chosen_state'];

/** Upper limit of pages, in case a server never ends the list. */
const MAX_PAGES = 500;

/** Presence of all extensions of the organisation, by id; kept current by events once it was opened. */
export class Presences {
  readonly state = createStore<Record<string, PresenceItem>>({});
  #generation = 0;
  #opened = false;

  constructor(
    private readonly fetchPage: (cursor?: string) => Promise<{ items: PresenceItem[]; next: string | null }>,
  ) {}

  /** Fetch the list, unless that was done already. */
  open(): void {
    if (!this.#opened) void this.refresh();
  }

  /** Fetch the list; without a connection, nothing is known. */
  async refresh(): Promise<void> {
    this.#opened = true;
    const generation = ++this.#generation;
    const found: PresenceItem[] = [];
    try {
      let cursor: string | undefined;
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const page = await this.fetchPage(cursor);
        found.push(...page.items);
        if (!page.next) break;
        cursor = page.next;
      }
    } catch {
      if (generation === this.#generation) this.clear();
      return;
    }
    if (generation === this.#generation) this.state.setState(() => byId(found));
  }

  /** Refetch after a reconnection, if the list is in use. */
  refreshOpened(): void {
    if (this.#opened) void this.refresh();
  }

  /** Take over new values; without them the list is refetched. A list that is being fetched may be older than they are. */
  update(items?: readonly PresenceItem[]): void {
    if (!this.#opened) return;
    if (!items) return void this.refresh();
    this.state.setState((before) => ({ ...before, ...byId(items) }));
  }

  clear(): void {
    this.#generation += 1;
    this.#opened = false;
    this.state.setState(() => ({}));
  }
}

function byId(items: readonly PresenceItem[]): Record<string, PresenceItem> {
  return Object.fromEntries(items.map((each) => [each.extension_id, each]));
}

/** Ends to choose for a state: in half an hour, in two hours, tomorrow at seven. */
export function proposedEnds(now: Date): { id: 'half-hour' | 'two-hours' | 'tomorrow'; until: Date }[] {
  const tomorrow = new Date(now);
  tomorrow.setDate(now.getDate() + 1);
  tomorrow.setHours(7, 0, 0, 0);
  return [
    { id: 'half-hour', until: new Date(now.getTime() + 30 * 60_000) },
    { id: 'two-hours', until: new Date(now.getTime() + 120 * 60_000) },
    { id: 'tomorrow', until: tomorrow },
  ];
}
