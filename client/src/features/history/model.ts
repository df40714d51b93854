import type { CallRecord, Me, Party } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { coalesce } from '~/core/coalesce';
import { createStore } from '~/core/store';

/** A call from the perspective of the user. */
export interface HistoryEntry {
  id: string;
  /** `test`: a call to the user's own number. */
  kind: 'incoming' | 'outgoing' | 'missed' | 'declined' | 'test';
  /** The remote party; both empty if the number was withheld, `erased` if the data was erased. */
  name: string;
  number: string;
  erased: boolean;
  started: Date;
  /** 0 if not answered. */
  seconds: number;
  outcome: CallRecord['outcome'];
  /** Names or numbers of further parties, after a transfer. */
  others: string[];
  /** Length of the message left in the mailbox that answered; 0 if none was left or it was deleted. */
  messageSeconds?: number;
  /** MOS, 1 to 5, the lower of both directions, if measured. */
  mos?: number;
  /** Packet loss in percent, the higher of both directions, if measured. */
  loss?: number;
  /** When it ended. */
  ended: Date;
  direction: CallRecord['direction'];
  recorded: boolean;
  /** Costs for the organisation, if it led outside and has a price. */
  costs?: CallRecord['costs'];
}

/** Neighbouring calls of the same kind with the same party; `entries` are newest first. */
export interface CallGroup {
  /** The id of the newest call. */
  id: string;
  latest: HistoryEntry;
  entries: HistoryEntry[];
}

export interface Day {
  /** 2026-11-24, in local time. */
  key: string;
  date: Date;
  entries: HistoryEntry[];
}

export interface HistoryState {
  calls: HistoryEntry[];
  /** `cache`: only what is stored on this device. */
  source: 'none' | 'cache' | 'server';
  loading: boolean;
  fault?: Problem;
  /** Why calls could not be removed or put back. */
  refused?: Problem;
  /** There are earlier calls. */
  more: boolean;
  search: string;
}

/** Restricts the list. */
export interface CallFilter {
  missedOnly: boolean;
  /** Calls to the user's own number. */
  tests: boolean;
  search: string;
}

/** Convert a record from the perspective of the owner of these extensions. */
export function toEntry(record: CallRecord, own: ReadonlySet<string>): HistoryEntry {
  const caller = record.parties.find((each) => each.role === 'caller');
  const outgoing = caller?.extension_id != null && own.has(caller.extension_id);
  const selfCall = outgoing && record.parties.slice(1).some((each) => own.has(each.extension_id ?? ''));
  const other = outgoing ? record.parties.find((each) => each.role === 'callee') : caller;
  const answered = record.outcome === 'answered';
  const directions = [record.quality.caller, record.quality.callee];
  const scores = directions.map((each) => each?.mos).filter((each) => each != null);
  const losses = directions.map((each) => each?.loss).filter((each) => each != null);
  return {
    id: record.id,
    kind: selfCall ? 'test' : outgoing ? 'outgoing' : answered ? 'incoming' : unanswered(record),
    name: other?.name ?? '',
    number: other?.number ?? (outgoing ? (record.callee ?? '') : ''),
    erased: other?.erased ?? false,
    started: new Date(record.started),
    seconds: record.talk_seconds,
    outcome: record.outcome,
    others: furtherParties(record, other, own),
    messageSeconds: record.answered_by === 'voicemail' ? (record.message_seconds ?? 0) : undefined,
    mos: scores.length ? Math.min(...scores) : undefined,
    loss: losses.length ? Math.max(...losses) : undefined,
    ended: new Date(record.ended),
    direction: record.direction,
    recorded: record.recorded,
    costs: record.costs,
  };
}

/** Parties besides the user and the one that names the row. */
function furtherParties(record: CallRecord, other: Party | undefined, own: ReadonlySet<string>): string[] {
  const further = record.parties.filter((each) => each !== other && !own.has(each.extension_id ?? ''));
  const names = further.map((each) => each.name || each.number || '').filter(Boolean);
  return [...new Set(names)].filter((each) => each !== other?.name);
}

/** Kind of an unanswered incoming call, whatever the caller heard. */
function unanswered({ outcome }: CallRecord): 'declined' | 'missed' {
  return outcome === 'declined' ? 'declined' : 'missed';
}

/** Good from 3.6 (users satisfied, ITU-T G.107 annex B), poor below 3.1 (many are not). */
export function qualityGrade(mos: number): 'good' | 'fair' | 'poor' {
  return mos >= 3.6 ? 'good' : mos >= 3.1 ? 'fair' : 'poor';
}

function normalize(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Entries that match the filter and search. */
export function visibleEntries(calls: readonly HistoryEntry[], { missedOnly, tests, search }: CallFilter) {
  const term = normalize(search.trim());
  const digits = term.replace(/[\s()/-]/g, '');
  return calls.filter(
    (each) =>
      (tests || each.kind !== 'test') &&
      (!missedOnly || each.kind === 'missed') &&
      (!term || normalize(each.name).includes(term) || (digits !== '' && each.number.includes(digits))),
  );
}

/** Group neighbours of the same kind with the same party. Withheld and deleted parties are never grouped. */
export function groupNeighbours(entries: readonly HistoryEntry[]): CallGroup[] {
  const groups: CallGroup[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last && entry.number && last.latest.number === entry.number && last.latest.kind === entry.kind) {
      last.entries.push(entry);
    } else groups.push({ id: entry.id, latest: entry, entries: [entry] });
  }
  return groups;
}

/** Missed calls after a moment; all if undefined. */
export function missedSince(calls: readonly HistoryEntry[], moment: Date | undefined): HistoryEntry[] {
  return calls.filter((each) => each.kind === 'missed' && (!moment || each.started > moment));
}

/** Group by local day, keeping the order. */
export function groupByDay(entries: HistoryEntry[]): Day[] {
  const days: Day[] = [];
  for (const entry of entries) {
    const date = new Date(entry.started.getFullYear(), entry.started.getMonth(), entry.started.getDate());
    const key = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
    const last = days.at(-1);
    if (last?.key === key) last.entries.push(entry);
    else days.push({ key, date, entries: [entry] });
  }
  return days;
}

/** Days before today: 0 today, 1 yesterday. */
export function daysAgo(date: Date, now: Date): number {
  const midnight = (each: Date) => Date.UTC(each.getFullYear(), each.getMonth(), each.getDate());
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}

interface Page {
  items: CallRecord[];
  next: string | null;
}

export interface HistoryDependencies {
  me(): Me | undefined;
  /** Fetch the newest calls of one extension, or the page at `cursor`. */
  fetchPage(extension: string, cursor?: string): Promise<Page>;
  /** Fetch one call, which may be older than the loaded ones. */
  fetchCall(id: string): Promise<CallRecord>;
  remove(id: string): Promise<unknown>;
  restore(id: string): Promise<unknown>;
  loadCached(): Promise<CallRecord[]>;
  /** Replaces everything stored before. */
  saveCached(records: CallRecord[]): Promise<void>;
}

/** Merge the newest page into the known ones; if there is a gap, return the newest page alone. */
function mergePages(newest: Page, known?: Page): Page {
  const last = newest.items.at(-1);
  const index = known && newest.next && last ? known.items.findIndex(({ id }) => id === last.id) : -1;
  return index < 0 ? newest : { items: [...newest.items, ...known!.items.slice(index + 1)], next: known!.next };
}

/** All calls without duplicates, newest first. */
function sortRecords(pages: Page[]): CallRecord[] {
  const records = new Map(pages.flatMap(({ items }) => items.map((each) => [each.id, each])));
  return [...records.values()].sort((a, b) => b.started.localeCompare(a.started));
}

const EMPTY_STATE: HistoryState = {
  calls: [],
  source: 'none',
  loading: false,
  more: false,
  search: '',
};

/** The user's own calls: from the cache first, then from the server, which replaces the cache. */
export class History {
  readonly state = createStore<HistoryState>(EMPTY_STATE);
  /** Fetch the newest calls. */
  readonly refresh = coalesce(() => this.fetch(false));
  /** Loaded calls and the following cursor, by extension id. */
  private pages = new Map<string, Page>();
  /** Replace the known pages instead of merging. */
  private replacePages = false;
  /** The last change: the next one waits for it, since requests at the same time could arrive in the other order. */
  private changing: Promise<void> = Promise.resolve();
  private generation = 0;

  constructor(private readonly dependencies: HistoryDependencies) {}

  /** Show the cache, then refresh. */
  async open(): Promise<void> {
    const { generation } = this;
    if (this.state.state.source === 'none') {
      this.state.setState((before) => ({ ...before, loading: true }));
      const cached = await this.dependencies.loadCached();
      if (generation !== this.generation) return;
      if (this.state.state.source === 'none' && cached.length > 0) this.show(cached, 'cache');
    }
    this.replacePages = true; // otherwise erased parties would remain among earlier calls
    await this.refresh();
  }

  /** Return a call, fetched if it is not loaded. Rejects with a `Problem`. */
  async find(id: string): Promise<HistoryEntry> {
    const loaded = this.state.state.calls.find((each) => each.id === id);
    return loaded ?? toEntry(await this.dependencies.fetchCall(id), this.own());
  }

  /** Remove calls from the list, optimistically. On failure they are shown again, with the reason. */
  remove(ids: readonly string[]): Promise<void> {
    this.state.setState((before) => ({ ...before, calls: before.calls.filter((each) => !ids.includes(each.id)) }));
    return this.change(ids, (id) => this.dependencies.remove(id));
  }

  /** Put removed calls back into the list. */
  restore(ids: readonly string[]): Promise<void> {
    return this.change(ids, (id) => this.dependencies.restore(id));
  }

  /** Fetch earlier calls; these are not cached. */
  loadEarlier(): Promise<void> {
    return this.fetch(true);
  }

  search(search: string): void {
    this.state.setState((before) => ({ ...before, search }));
  }

  /** Clear on sign-out. */
  clear(): void {
    this.generation += 1;
    this.pages.clear();
    this.state.setState(() => EMPTY_STATE);
  }

  private async fetch(loadEarlier: boolean): Promise<void> {
    const { generation } = this;
    const own = this.dependencies.me()?.extensions ?? [];
    this.state.setState((before) => ({ ...before, loading: true }));
    try {
      const extensions = own.filter(({ id }) => !loadEarlier || this.pages.get(id)?.next);
      const answers = await Promise.all(
        extensions.map(async ({ id }) => {
          const cursor = loadEarlier ? this.pages.get(id)!.next! : undefined;
          return { id, cursor, page: await this.dependencies.fetchPage(id, cursor) };
        }),
      );
      if (generation !== this.generation) return;
      if (loadEarlier) {
        for (const { id, cursor, page } of answers) {
          const before = this.pages.get(id);
          if (before?.next === cursor)
            this.pages.set(id, { items: [...before!.items, ...page.items], next: page.next });
        }
      } else {
        this.pages = new Map(
          answers.map(({ id, page }) => [id, this.replacePages ? page : mergePages(page, this.pages.get(id))] as const),
        );
        this.replacePages = false;
      }
      this.show(sortRecords([...this.pages.values()]), 'server');
      if (!loadEarlier) await this.dependencies.saveCached(sortRecords(answers.map(({ page }) => page)));
    } catch (fault) {
      if (generation !== this.generation) return;
      this.state.setState((before) => ({ ...before, loading: false, fault: asProblem(fault) }));
    }
  }

  private change(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
    const { generation } = this;
    this.changing = this.changing.then(() => this.carryOut(generation, () => Promise.all(ids.map(work))));
    return this.changing;
  }

  private async carryOut(generation: number, work: () => Promise<unknown>): Promise<void> {
    if (generation !== this.generation) return;
    const refused = await work().then(
      () => undefined,
      (fault: unknown) => asProblem(fault),
    );
    if (generation !== this.generation) return;
    this.state.setState((before) => ({ ...before, refused }));
    this.replacePages = true; // merging would keep removed calls
    await this.refresh();
  }

  private own(): Set<string> {
    return new Set(this.dependencies.me()?.extensions.map((each) => each.id));
  }

  private show(records: CallRecord[], source: 'cache' | 'server'): void {
    const own = this.own();
    this.state.setState((before) => ({
      ...before,
      calls: records.map((each) => toEntry(each, own)),
      source,
      loading: source === 'cache',
      fault: undefined,
      more: [...this.pages.values()].some(({ next }) => next),
    }));
  }
}
