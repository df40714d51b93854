import type { Message } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { coalesce } from '~/core/coalesce';
import { createStore } from '~/core/store';

/** A message as whom it was left for sees it. */
export interface VoicemailEntry {
  id: string;
  /** Who left it; both empty if the number was hidden, `erased` if they asked to be forgotten. */
  name: string;
  number: string;
  erased: boolean;
  /** The extension it was left for. */
  extension: string;
  created: Date;
  seconds: number;
  /** Not yet heard. */
  unheard: boolean;
  /** How loud it is from beginning to end, 0 to 100; empty for a moment after it was left. */
  peaks: readonly number[];
  /** What was said, where somebody agreed to have that written down. */
  transcript?: { text: string; language: string };
  /** When a copy of it was sent by e-mail. */
  mailed?: string;
}

export type Folder = 'inbox' | 'archived';

export interface VoicemailState {
  inbox: VoicemailEntry[];
  /** Those that were put away; absent until they were asked for. */
  archived?: VoicemailEntry[];
  folder: Folder;
  /** `cache`: only what is on this device. */
  source: 'none' | 'cache' | 'server';
  loading: boolean;
  /** Why the list could not be fetched. */
  fault?: Problem;
  /** Why something was not done. */
  refused?: Problem;
  /** The message that is unfolded. */
  open?: string;
}

export function toEntry(message: Message): VoicemailEntry {
  return {
    id: message.id,
    name: message.caller_name ?? '',
    number: message.caller ?? '',
    erased: message.own && message.caller === null,
    extension: message.number,
    created: new Date(message.created),
    seconds: message.seconds,
    unheard: message.heard === null,
    peaks: message.waveform ?? [],
    transcript: message.transcript ?? undefined,
    mailed: message.mailed ?? undefined,
  };
}

export function countUnheard(state: VoicemailState): number {
  return state.inbox.filter((each) => each.unheard).length;
}

/** What is to be seen of `state`; undefined while it is not known. */
export function visibleMessages({ folder, inbox, archived }: VoicemailState): VoicemailEntry[] | undefined {
  return folder === 'inbox' ? inbox : archived;
}

export interface VoicemailDependencies {
  fetchMessages(hidden: boolean): Promise<Message[]>;
  loadCached(): Promise<Message[]>;
  /** Takes the place of everything kept before. */
  saveCached(messages: Message[]): Promise<void>;
  mark(id: string, heard: boolean): Promise<unknown>;
  archive(id: string): Promise<unknown>;
  restore(id: string): Promise<unknown>;
  erase(id: string): Promise<unknown>;
}

const EMPTY_STATE: VoicemailState = { inbox: [], folder: 'inbox', source: 'none', loading: false };

/** One's own messages: what is kept here at once, then what the server says. */
export class Voicemail {
  readonly state = createStore<VoicemailState>(EMPTY_STATE);
  /** Ask anew. */
  readonly refresh = coalesce(() => this.fetch());
  private generation = 0;

  constructor(private readonly dependencies: VoicemailDependencies) {}

  /** Show what is kept, then ask. */
  async open(): Promise<void> {
    const { generation } = this;
    if (this.state.state.source === 'none') {
      this.set({ loading: true });
      const cached = await this.dependencies.loadCached();
      if (generation !== this.generation) return;
      if (this.state.state.source === 'none' && cached.length > 0)
        this.set({ inbox: cached.map(toEntry), source: 'cache' });
    }
    await this.refresh();
  }

  async show(folder: Folder): Promise<void> {
    this.set({ folder, open: undefined, refused: undefined });
    await this.refresh();
  }

  setOpen(id: string | undefined): void {
    this.set({ open: id, refused: undefined });
  }

  /** Note that it was heard, or that it is to count as new. Done here at once. */
  async mark(id: string, heard: boolean): Promise<void> {
    const change = (each: VoicemailEntry) => (each.id === id ? { ...each, unheard: !heard } : each);
    this.set({ inbox: this.state.state.inbox.map(change), archived: this.state.state.archived?.map(change) });
    await this.perform(() => this.dependencies.mark(id, heard));
  }

  archive(id: string): Promise<void> {
    return this.perform(() => this.dependencies.archive(id));
  }

  restore(id: string): Promise<void> {
    return this.perform(() => this.dependencies.restore(id));
  }

  erase(id: string): Promise<void> {
    return this.perform(() => this.dependencies.erase(id));
  }

  /** The owner has gone. */
  clear(): void {
    this.generation += 1;
    this.state.setState(() => EMPTY_STATE);
  }

  private async perform(work: () => Promise<unknown>): Promise<void> {
    const { generation } = this;
    this.set({ refused: undefined });
    const refused = await work().then(
      () => undefined,
      (fault: unknown) => asProblem(fault),
    );
    if (generation !== this.generation) return;
    this.set({ refused });
    await this.refresh();
  }

  private async fetch(): Promise<void> {
    const { generation } = this;
    this.set({ loading: true });
    try {
      const includeArchived = this.state.state.folder === 'archived' || this.state.state.archived !== undefined;
      const [inbox, archived] = await Promise.all([
        this.dependencies.fetchMessages(false),
        includeArchived ? this.dependencies.fetchMessages(true) : undefined,
      ]);
      if (generation !== this.generation) return;
      this.set({
        inbox: inbox.map(toEntry),
        archived: archived?.map(toEntry),
        source: 'server',
        loading: false,
        fault: undefined,
      });
      await this.dependencies.saveCached(inbox);
    } catch (fault) {
      if (generation !== this.generation) return;
      this.set({ loading: false, fault: asProblem(fault) });
    }
  }

  private set(change: Partial<VoicemailState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
