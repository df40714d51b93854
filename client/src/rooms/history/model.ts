import type { CallRecord, Me } from '~/api';
import { asProblem, type Problem } from '~/kernel/problem';
import { untilQuiet } from '~/kernel/quiet';
import { createStore } from '~/kernel/store';

/** A call as one of the two who took part sees it. */
export interface Entry {
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
  entries: Entry[];
}

export interface HistoryState {
  calls: Entry[];
  /** `kept`: only what is on this device. */
  from: 'nowhere' | 'kept' | 'server';
  loading: boolean;
  fault?: Problem;
  /** There are earlier calls than these. */
  more: boolean;
  missedOnly: boolean;
  search: string;
}

/** Reads a record as the owner of these extensions. */
export function entryOf(record: CallRecord, own: ReadonlySet<string>): Entry {
  const caller = record.parties.find((each) => each.role === 'caller');
  const outgoing = caller?.extension_id != null && own.has(caller.extension_id);
  const oneself = outgoing && record.parties.slice(1).some((each) => own.has(each.extension_id ?? ''));
  const other = outgoing ? record.parties.find((each) => each.role === 'callee') : caller;
  const answered = record.outcome === 'answered';
  const heard = [record.quality.caller.mos, record.quality.callee?.mos].filter((each) => each != null);
  return {
    id: record.id,
    kind: oneself ? 'test' : outgoing ? 'outgoing' : answered ? 'incoming' : unanswered(record),
    name: other?.name ?? '',
    number: other?.number ?? (outgoing ? (record.callee ?? '') : ''),
    erased: other?.erased ?? false,
    started: new Date(record.started),
    seconds: record.talk_seconds,
    outcome: record.outcome,
    mos: heard.length ? Math.min(...heard) : undefined,
  };
}

/** What a call that rang here and was not answered is, whatever its caller met. */
function unanswered({ outcome }: CallRecord): 'declined' | 'missed' {
  return outcome === 'declined' ? 'declined' : 'missed';
}

/** Good from 3.6 (users satisfied, ITU-T G.107 annex B), poor below 3.1 (many are not). */
export function grade(mos: number): 'good' | 'fair' | 'poor' {
  return mos >= 3.6 ? 'good' : mos >= 3.1 ? 'fair' : 'poor';
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** What is to be seen of `state`. */
export function visible({ calls, missedOnly, search }: HistoryState): Entry[] {
  const wanted = folded(search.trim());
  const digits = wanted.replace(/[\s()/-]/g, '');
  return calls.filter(
    (each) =>
      (!missedOnly || each.kind === 'missed') &&
      (!wanted || folded(each.name).includes(wanted) || (digits !== '' && each.number.includes(digits))),
  );
}

/** By day of the reader's time zone, the order kept. */
export function byDay(entries: Entry[]): Day[] {
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

export interface HistoryParts {
  me(): Me | undefined;
  /** The newest calls of one extension, or what follows `cursor`. */
  ask(extension: string, cursor?: string): Promise<Page>;
  kept(): Promise<CallRecord[]>;
  /** Takes the place of everything kept before. */
  keep(records: CallRecord[]): Promise<void>;
}

/** The newest calls before those known already; if something is missing in between, the newest alone. */
function joined(newest: Page, known?: Page): Page {
  const last = newest.items.at(-1);
  const at = known && newest.next && last ? known.items.findIndex(({ id }) => id === last.id) : -1;
  return at < 0 ? newest : { items: [...newest.items, ...known!.items.slice(at + 1)], next: known!.next };
}

/** All calls of these, each once, the latest first. */
function inOrder(pages: Page[]): CallRecord[] {
  const records = new Map(pages.flatMap(({ items }) => items.map((each) => [each.id, each])));
  return [...records.values()].sort((a, b) => b.started.localeCompare(a.started));
}

const NOTHING: HistoryState = {
  calls: [],
  from: 'nowhere',
  loading: false,
  more: false,
  missedOnly: false,
  search: '',
};

/** One's own calls: what is kept here at once, then what the server says, which replaces it on the device too. */
export class History {
  readonly state = createStore<HistoryState>(NOTHING);
  /** Ask for the newest calls. */
  readonly refresh = untilQuiet(() => this.ask(false));
  /** What is known of each extension: its calls, and what follows them. */
  private known = new Map<string, Page>();
  /** What is known may not be gone on with. */
  private anew = false;
  private owner = 0;

  constructor(private readonly parts: HistoryParts) {}

  /** Show what is kept, then ask. */
  async open(): Promise<void> {
    const { owner } = this;
    if (this.state.state.from === 'nowhere') {
      this.state.setState((before) => ({ ...before, loading: true }));
      const kept = await this.parts.kept();
      if (owner !== this.owner) return;
      if (this.state.state.from === 'nowhere' && kept.length > 0) this.show(kept, 'kept');
    }
    this.anew = true; // or who was erased since would stay among the earlier ones
    await this.refresh();
  }

  /** Ask for earlier calls too. They are not kept. */
  earlier(): Promise<void> {
    return this.ask(true);
  }

  missedOnly(missedOnly: boolean): void {
    this.state.setState((before) => ({ ...before, missedOnly }));
  }

  search(search: string): void {
    this.state.setState((before) => ({ ...before, search }));
  }

  /** The owner has gone. */
  forget(): void {
    this.owner += 1;
    this.known.clear();
    this.state.setState(() => NOTHING);
  }

  private async ask(earlier: boolean): Promise<void> {
    const { owner } = this;
    const own = this.parts.me()?.extensions ?? [];
    this.state.setState((before) => ({ ...before, loading: true }));
    try {
      const wanted = own.filter(({ id }) => !earlier || this.known.get(id)?.next);
      const answers = await Promise.all(
        wanted.map(async ({ id }) => {
          const cursor = earlier ? this.known.get(id)!.next! : undefined;
          return { id, cursor, page: await this.parts.ask(id, cursor) };
        }),
      );
      if (owner !== this.owner) return;
      if (earlier) {
        for (const { id, cursor, page } of answers) {
          const before = this.known.get(id);
          if (before?.next === cursor)
            this.known.set(id, { items: [...before!.items, ...page.items], next: page.next });
        }
      } else {
        this.known = new Map(
          answers.map(({ id, page }) => [id, this.anew ? page : joined(page, this.known.get(id))] as const),
        );
        this.anew = false;
      }
      this.show(inOrder([...this.known.values()]), 'server');
      if (!earlier) await this.parts.keep(inOrder(answers.map(({ page }) => page)));
    } catch (fault) {
      if (owner !== this.owner) return;
      this.state.setState((before) => ({ ...before, loading: false, fault: asProblem(fault) }));
    }
  }

  private show(records: CallRecord[], from: 'kept' | 'server'): void {
    const own = new Set(this.parts.me()?.extensions.map((each) => each.id));
    this.state.setState((before) => ({
      ...before,
      calls: records.map((each) => entryOf(each, own)),
      from,
      loading: from === 'kept',
      fault: undefined,
      more: [...this.known.values()].some(({ next }) => next),
    }));
  }
}
