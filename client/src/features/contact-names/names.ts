import { createStore } from '~/core/store';

/** The contact of a number. `device`: in the address book of this device only. */
export interface ContactName {
  name: string;
  book: 'device' | 'personal' | 'company';
  /** Empty for a contact of this device. */
  id: string;
}

export interface ContactNamesDependencies {
  /** Find the contacts of numbers; numbers without one are left out. */
  find(numbers: string[]): Promise<Iterable<[number: string, found: ContactName]>>;
  /** Call back after a pause in which further numbers are collected. */
  soon(work: () => void): void;
}

/** Numbers of a request. */
const MOST_NUMBERS = 100;

/** Names of numbers from the contacts of the user and of the company, fetched when they are first shown. */
export class ContactNames {
  readonly state = createStore<ReadonlyMap<string, ContactName>>(new Map());
  /** Numbers that were asked for, with or without an answer. */
  private asked = new Set<string>();
  private waiting = new Set<string>();
  private generation = 0;

  constructor(private readonly dependencies: ContactNamesDependencies) {}

  /** Find the name of a number, unless it is known. */
  want(number: string): void {
    if (!isNumber(number) || this.asked.has(number)) return;
    this.asked.add(number);
    if (this.waiting.size === 0) this.dependencies.soon(() => void this.fetch());
    this.waiting.add(number);
  }

  /** Find all names again: the contacts have changed. */
  refresh(): void {
    const numbers = [...this.asked];
    this.asked = new Set();
    this.generation += 1;
    this.waiting = new Set();
    for (const each of numbers) this.want(each);
  }

  /** Clear on sign-out. */
  clear(): void {
    this.generation += 1;
    this.asked = new Set();
    this.waiting = new Set();
    this.state.setState(() => new Map());
  }

  private async fetch(): Promise<void> {
    const { generation } = this;
    const wanted = [...this.waiting];
    this.waiting = new Set();
    for (let start = 0; start < wanted.length; start += MOST_NUMBERS) {
      const batch = wanted.slice(start, start + MOST_NUMBERS);
      try {
        const found = new Map(await this.dependencies.find(batch));
        if (generation !== this.generation) return;
        this.state.setState((before) => {
          const after = new Map(before);
          for (const number of batch) {
            const name = found.get(number);
            if (name) after.set(number, name);
            else after.delete(number);
          }
          return after;
        });
      } catch {
        // Without a connection the names stay unknown; they are asked for again when they are shown next.
        for (const number of batch) this.asked.delete(number);
      }
    }
  }
}

/** Numbers outside and short numbers; not "anonymous". */
function isNumber(text: string): boolean {
  return /^\+?[0-9*#]{2,20}$/.test(text);
}
