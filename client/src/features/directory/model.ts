import type { Colleague } from '~/api';
import { keypadDigits } from '~/core/keypad';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

export interface DirectoryState {
  colleagues: Colleague[];
  /** `cache`: only what is stored on this device. */
  source: 'none' | 'cache' | 'server';
  loading: boolean;
  fault?: Problem;
  search: string;
  /** Only colleagues of this department; empty for all. */
  department: string;
}

export interface Section {
  /** A letter, or # for names that begin with another character. */
  letter: string;
  colleagues: Colleague[];
}

/** Strip accents and case: Ä is searched and sorted as A. */
function normalize(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function letterOf(name: string): string {
  const first = normalize(name.trim()).toUpperCase().charAt(0);
  return /\p{L}/u.test(first) ? first : '#';
}

/**
 * Filter by search terms: each must begin a word of the name or department, or the number. Digits also match the letters on the same
 * keys of a keypad: 232 finds Ada.
 */
export function searchColleagues(colleagues: Colleague[], search: string): Colleague[] {
  const terms = normalize(search).split(/\s+/).filter(Boolean);
  return colleagues.filter((each) => {
    const words = normalize(`${each.name} ${each.department}`).split(/[\s\-.,]+/);
    const begins = (part: string) => words.some((word) => word.startsWith(part));
    const beginsOnKeypad = (part: string) =>
      /^[2-9]{2,}$/.test(part) && words.some((word) => keypadDigits(word).startsWith(part));
    return terms.every((part) => each.number.startsWith(part) || begins(part) || beginsOnKeypad(part));
  });
}

/** Departments of the colleagues, sorted for the language. */
export function departmentsOf(colleagues: Colleague[], language: string): string[] {
  const names = new Set(colleagues.map(({ department }) => department).filter(Boolean));
  return [...names].sort(new Intl.Collator(language, { sensitivity: 'base', numeric: true }).compare);
}

/** Colleagues of a department; all of them for none, and for one that does not exist any more. */
export function inDepartment(colleagues: Colleague[], department: string): Colleague[] {
  const members = colleagues.filter((each) => each.department === department);
  return department && members.length > 0 ? members : colleagues;
}

/** Group by first letter, sorted for the language, others last. */
export function sections(colleagues: Colleague[], language: string): Section[] {
  const order = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  return grouped(colleagues, order, (each) => letterOf(each.name)).sort(
    (a, b) => Number(a.letter === '#') - Number(b.letter === '#') || order.compare(a.letter, b.letter),
  );
}

function grouped(
  colleagues: readonly Colleague[],
  order: Intl.Collator,
  titleOf: (colleague: Colleague) => string,
): Section[] {
  const all = new Map<string, Colleague[]>();
  for (const each of [...colleagues].sort((a, b) => order.compare(a.name, b.name))) {
    const title = titleOf(each);
    all.set(title, [...(all.get(title) ?? []), each]);
  }
  return [...all].map(([letter, members]) => ({ letter, colleagues: members }));
}

/** Colleagues by department, and within it by name; those of none are last, under an empty title. */
export function departmentSections(colleagues: Colleague[], language: string): Section[] {
  const order = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  return grouped(colleagues, order, (each) => each.department).sort(
    (a, b) => Number(a.letter === '') - Number(b.letter === '') || order.compare(a.letter, b.letter),
  );
}

/** Favourites first, in their order, then the others by name. `favourites` are ids. */
export function favouritesFirst(colleagues: readonly Colleague[], favourites: readonly string[]): Colleague[] {
  const rank = new Map(favourites.map((id, at) => [id, at]));
  const rankOf = ({ id }: Colleague) => rank.get(id) ?? favourites.length;
  return [...colleagues].sort((a, b) => rankOf(a) - rankOf(b) || a.name.localeCompare(b.name));
}

export interface DirectoryDependencies {
  fetchPage(cursor?: string): Promise<{ items: Colleague[]; next: string | null }>;
  loadCached(): Promise<Colleague[]>;
  /** Replaces everything stored before. */
  saveCached(colleagues: Colleague[]): Promise<void>;
  /** Ids of the user's own extensions, which are left out. */
  ownIds(): string[];
}

const EMPTY_STATE: DirectoryState = { colleagues: [], source: 'none', loading: false, search: '', department: '' };
/** Upper limit of pages, in case a server never ends the list. */
const MAX_PAGES = 500;

/** Colleagues: from the cache first, then from the server, which replaces the cache. */
export class Directory {
  readonly state = createStore<DirectoryState>(EMPTY_STATE);
  private pending?: Promise<void>;
  private generation = 0;

  constructor(private readonly dependencies: DirectoryDependencies) {}

  /** Show the cache, then refresh. */
  async open(): Promise<void> {
    const { generation } = this;
    if (this.state.state.source === 'none') {
      this.state.setState((before) => ({ ...before, loading: true }));
      const cached = await this.dependencies.loadCached();
      if (generation !== this.generation) return;
      if (this.state.state.source === 'none' && cached.length > 0) this.show(cached, 'cache');
    }
    await this.refresh();
  }

  refresh(): Promise<void> {
    this.pending ??= this.fetchAll().finally(() => (this.pending = undefined));
    return this.pending;
  }

  search(search: string): void {
    this.state.setState((before) => ({ ...before, search }));
  }

  /** Show only one department; '' for all. */
  choose(department: string): void {
    this.state.setState((before) => ({ ...before, department }));
  }

  /** Name of the colleague with this number. */
  nameOf(number: string): string | undefined {
    return this.withNumber(number)?.name;
  }

  /** The colleague with this number. */
  withNumber(number: string): Colleague | undefined {
    return this.state.state.colleagues.find((each) => each.number === number);
  }

  /** Clear on sign-out. */
  clear(): void {
    this.generation += 1;
    this.pending = undefined;
    this.state.setState(() => EMPTY_STATE);
  }

  private async fetchAll(): Promise<void> {
    const { generation } = this;
    this.state.setState((before) => ({ ...before, loading: true }));
    try {
      const all: Colleague[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const page = await this.dependencies.fetchPage(cursor);
        if (generation !== this.generation) return;
        all.push(...page.items);
        if (!page.next) break;
        cursor = page.next;
      }
      const ownIds = this.dependencies.ownIds();
      const others = all.filter((each) => !ownIds.includes(each.id));
      this.show(others, 'server');
      await this.dependencies.saveCached(others);
    } catch (fault) {
      if (generation !== this.generation) return;
      this.state.setState((before) => ({ ...before, loading: false, fault: asProblem(fault) }));
    }
  }

  private show(colleagues: Colleague[], source: 'cache' | 'server'): void {
    this.state.setState((before) => ({ ...before, colleagues, source, loading: source === 'cache', fault: undefined }));
  }
}
