import type { Colleague } from '~/api';
import { asProblem, type Problem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';

export interface DirectoryState {
  colleagues: Colleague[];
  /** `kept`: only what is on this device. */
  from: 'nowhere' | 'kept' | 'server';
  loading: boolean;
  fault?: Problem;
  search: string;
}

export interface Section {
  /** A letter, or # for what begins with none. */
  letter: string;
  colleagues: Colleague[];
}

/** Letters without their accents and case: Ä is looked for, and stands, with A. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function letterOf(name: string): string {
  const first = folded(name.trim()).toUpperCase().charAt(0);
  return /\p{L}/u.test(first) ? first : '#';
}

/** Whom `search` means: each of its words begins a word of the name, or it begins the number. */
export function found(colleagues: Colleague[], search: string): Colleague[] {
  const wanted = folded(search).split(/\s+/).filter(Boolean);
  return colleagues.filter((each) => {
    const words = folded(each.name).split(/[\s\-.,]+/);
    return wanted.every((part) => each.number.startsWith(part) || words.some((word) => word.startsWith(part)));
  });
}

/** From A to Z in the reader's own order, what begins with no letter last. */
export function sections(colleagues: Colleague[], language: string): Section[] {
  const order = new Intl.Collator(language, { sensitivity: 'base', numeric: true });
  const all = new Map<string, Colleague[]>();
  for (const each of [...colleagues].sort((a, b) => order.compare(a.name, b.name))) {
    const letter = letterOf(each.name);
    all.set(letter, [...(all.get(letter) ?? []), each]);
  }
  return [...all]
    .map(([letter, members]) => ({ letter, colleagues: members }))
    .sort((a, b) => Number(a.letter === '#') - Number(b.letter === '#') || order.compare(a.letter, b.letter));
}

export interface DirectoryParts {
  ask(cursor?: string): Promise<{ items: Colleague[]; next: string | null }>;
  kept(): Promise<Colleague[]>;
  /** Takes the place of everything kept before. */
  keep(colleagues: Colleague[]): Promise<void>;
  /** Ids of one's own extensions: nobody calls themselves. */
  own(): string[];
}

const NOTHING: DirectoryState = { colleagues: [], from: 'nowhere', loading: false, search: '' };
/** More pages than any organisation has; a server that never ends is not followed for ever. */
const MOST_PAGES = 500;

/** The colleagues: those kept here at once, then those the server names, which replace them on the device too. */
export class Directory {
  readonly state = createStore<DirectoryState>(NOTHING);
  private asking?: Promise<void>;
  private owner = 0;

  constructor(private readonly parts: DirectoryParts) {}

  /** Show whom we know, then ask. */
  async open(): Promise<void> {
    const { owner } = this;
    if (this.state.state.from === 'nowhere') {
      this.state.setState((before) => ({ ...before, loading: true }));
      const kept = await this.parts.kept();
      if (owner !== this.owner) return;
      if (this.state.state.from === 'nowhere' && kept.length > 0) this.show(kept, 'kept');
    }
    await this.refresh();
  }

  refresh(): Promise<void> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  search(search: string): void {
    this.state.setState((before) => ({ ...before, search }));
  }

  /** The colleague's name of a number, if there is one. */
  nameOf(number: string): string | undefined {
    return this.state.state.colleagues.find((each) => each.number === number)?.name;
  }

  /** The owner has gone. */
  forget(): void {
    this.owner += 1;
    this.asking = undefined;
    this.state.setState(() => NOTHING);
  }

  private async ask(): Promise<void> {
    const { owner } = this;
    this.state.setState((before) => ({ ...before, loading: true }));
    try {
      const all: Colleague[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const page = await this.parts.ask(cursor);
        if (owner !== this.owner) return;
        all.push(...page.items);
        if (!page.next) break;
        cursor = page.next;
      }
      const own = this.parts.own();
      const others = all.filter((each) => !own.includes(each.id));
      this.show(others, 'server');
      await this.parts.keep(others);
    } catch (fault) {
      if (owner !== this.owner) return;
      this.state.setState((before) => ({ ...before, loading: false, fault: asProblem(fault) }));
    }
  }

  private show(colleagues: Colleague[], from: 'kept' | 'server'): void {
    this.state.setState((before) => ({ ...before, colleagues, from, loading: from === 'kept', fault: undefined }));
  }
}
