import type { CallRecord, Me } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { coalesce } from '~/core/coalesce';
import { createStore } from '~/core/store';

/** A call as one of the two who took part sees it. */
export interface HistoryEntry {
  id: string;
  /** `test`: one called oneself, to see whether it rings. */
  kind: 'incoming' | 'outgoing' | 'missed' | 'declined' | 'test';
  /** The other side; both empty if it hid its number, `erased` if it asked to be forgotten. */
  name: string;
  number: string;
  erased: boolean;
  started: Date;
  /** 0 when nobody talked. */
  seconds: number;
  outcome: CallRecord['outcome'];
  /** How well both sides were heard, 1 to 5, if it was measured: the worse of the two. */
  mos?: number;
}

export interface Day {
  /** 2026-11-24, in the reader's own time. */
  key: string;
  date: Date;
  entries: HistoryEntry[];
}

export interface HistoryState {
  calls: HistoryEntry[];
  /** `cache`: only what is on this device. */
  source: 'none' | 'cache' | 'server';
  loading: boolean;
  fault?: Problem;
  /** There are earlier calls than these. */
  more: boolean;
  missedOnly: boolean;
  search: string;
}

/** Reads a record as the owner of these extensions. */
export function toEntry(record: CallRecord, own: ReadonlySet<string>): HistoryEntry {
  const caller = record.parties.find((each) => each.role === 'caller');
  const outgoing = caller?.extension_id != null && own.has(caller.extension_id);
  const selfCall = outgoing && record.parties.slice(1).some((each) => own.has(each.extension_id ?? ''));
  const other = outgoing ? record.parties.find((each) => each.role === 'callee') : caller;
  const answered = record.outcome === 'answered';
  const scores = [record.quality.caller.mos, record.quality.callee?.mos].filter((each) => each != null);
  return {
    id: record.id,
    kind: selfCall ? 'test' : outgoing ? 'outgoing' : answered ? 'incoming' : unanswered(record),
    name: other?.name ?? '',
    number: other?.number ?? (outgoing ? (record.callee ?? '') : ''),
    erased: other?.erased ?? false,
    started: new Date(record.started),
    seconds: record.talk_seconds,
    outcome: record.outcome,
    mos: scores.length ? Math.min(...scores) : undefined,
  };
}

/** What a call that rang here and was not answered is, whatever its caller met. */
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

/** What is to be seen of `state`. */
export function visibleEntries({ calls, missedOnly, search }: HistoryState): HistoryEntry[] {
  const term = normalize(search.trim());
  const digits = term.replace(/[\s()/-]/g, '');
  return calls.filter(
    (each) =>
      (!missedOnly || each.kind === 'missed') &&
      (!term || normalize(each.name).includes(term) || (digits !== '' && each.number.includes(digits))),
  );
}

/** By day of the reader's time zone, the order kept. */
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
  /** The newest calls of one extension, or what follows `cursor`. */
  fetchPage(extension: string, cursor?: string): Promise<Page>;
  loadCached(): Promise<CallRecord[]>;
  /** Takes the place of everything kept before. */
  saveCached(records: CallRecord[]): Promise<void>;
}

/** The newest calls before those known already; if something is missing in between, the newest alone. */
function mergePages(newest: Page, known?: Page): Page {
  const last = newest.items.at(-1);
  const index = known && newest.next && last ? known.items.findIndex(({ id }) => id === last.id) : -1;
  return index < 0 ? newest : { items: [...newest.items, ...known!.items.slice(index + 1)], next: known!.next };
}

/** All calls of these, each once, the latest first. */
function sortRecords(pages: Page[]): CallRecord[] {
  const records = new Map(pages.flatMap(({ items }) => items.map((each) => [each.id, each])));
  return [...records.values()].sort((a, b) => b.started.localeCompare(a.started));
}

const EMPTY_STATE: HistoryState = {
  calls: [],
  source: 'none',
  loading: false,
  more: false,
  missedOnly: false,
  search: '',
};

/** One's own calls: what is kept here at once, then what the server says, which replaces it on the device too. */
export class History {
  readonly state = createStore<HistoryState>(EMPTY_STATE);
  /** Ask for the newest calls. */
  readonly refresh = coalesce(() => this.fetch(false));
  /** What is known of each extension: its calls, and what follows them. */
  private pages = new Map<string, Page>();
  /** What is known may not be gone on with. */
  private replacePages = false;
  private generation = 0;

  constructor(private readonly dependencies: HistoryDependencies) {}

  /** Show what is kept, then ask. */
  async open(): Promise<void> {
    const { generation } = this;
    if (this.state.state.source === 'none') {
      this.state.setState((before) => ({ ...before, loading: true }));
      const cached = await this.dependencies.loadCached();
      if (generation !== this.generation) return;
      if (this.state.state.source === 'none' && cached.length > 0) this.show(cached, 'cache');
    }
    this.replacePages = true; // or who was erased since would stay among the earlier ones
    await this.refresh();
  }

  /** Ask for earlier calls too. They are not kept. */
  loadEarlier(): Promise<void> {
    return this.fetch(true);
  }

  missedOnly(missedOnly: boolean): void {
    this.state.setState((before) => ({ ...before, missedOnly }));
  }

  search(search: string): void {
    this.state.setState((before) => ({ ...before, search }));
  }

  /** The owner has gone. */
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

  private show(records: CallRecord[], source: 'cache' | 'server'): void {
    const own = new Set(this.dependencies.me()?.extensions.map((each) => each.id));
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
