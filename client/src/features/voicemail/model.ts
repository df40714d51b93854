import type { Message } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { coalesce } from '~/core/coalesce';
import type { DeferredWork } from '~/core/deferred';
import { createStore } from '~/core/store';

/** A message from the perspective of the mailbox owner. */
export interface VoicemailEntry {
  id: string;
  /** The caller; both empty if withheld, `erased` if the data was erased. */
  name: string;
  number: string;
  erased: boolean;
  /** The extension called: its number and id. */
  extension: string;
  extensionId: string;
  /** Id of the call it was left in. */
  call: string;
  created: Date;
  seconds: number;
  /** Not played yet. */
  unheard: boolean;
  /** Waveform, 0 to 100; empty shortly after recording. */
  peaks: readonly number[];
  /** Transcript, where enabled. */
  transcript?: { text: string; language: string };
  /** When a copy was sent by e-mail. */
  mailed?: string;
}

export type Folder = 'inbox' | 'archived';

export interface VoicemailState {
  inbox: VoicemailEntry[];
  /** Archived messages; undefined until requested. */
  archived?: VoicemailEntry[];
  folder: Folder;
  /** `cache`: only what is stored on this device. */
  source: 'none' | 'cache' | 'server';
  loading: boolean;
  /** Why the list could not be loaded. */
  fault?: Problem;
  /** Why an action failed. */
  refused?: Problem;
  /** The expanded message. */
  open?: string;
  /** Ids of messages whose deletion can still be undone. They are archived meanwhile, and not shown. */
  deleted: ReadonlySet<string>;
}

export function toEntry(message: Message): VoicemailEntry {
  return {
    id: message.id,
    name: message.caller_name ?? '',
    number: message.caller ?? '',
    erased: message.own && message.caller === null,
    extension: message.number,
    extensionId: message.extension_id,
    call: message.call_id,
    created: new Date(message.created),
    seconds: message.seconds,
    unheard: message.heard === null,
    peaks: message.waveform ?? [],
    transcript: message.transcript ?? undefined,
    mailed: message.mailed ?? undefined,
  };
}

export function countUnheard(state: VoicemailState): number {
  return state.inbox.filter((each) => each.unheard && !state.deleted.has(each.id)).length;
}

/** Messages of the selected folder; undefined until loaded. */
export function visibleMessages({ folder, inbox, archived, deleted }: VoicemailState): VoicemailEntry[] | undefined {
  return (folder === 'inbox' ? inbox : archived)?.filter((each) => !deleted.has(each.id));
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set([...ids].filter((each) => each !== id));
}

export interface VoicemailDependencies {
  fetchMessages(hidden: boolean): Promise<Message[]>;
  loadCached(): Promise<Message[]>;
  /** Replaces everything stored before. */
  saveCached(messages: Message[]): Promise<void>;
  mark(id: string, heard: boolean): Promise<unknown>;
  archive(id: string): Promise<unknown>;
  restore(id: string): Promise<unknown>;
  erase(id: string): Promise<unknown>;
  /** Carry out a deletion later, or when the page is left. */
  later: Pick<DeferredWork, 'schedule' | 'cancel'>;
}

const EMPTY_STATE: VoicemailState = {
  inbox: [],
  folder: 'inbox',
  source: 'none',
  loading: false,
  deleted: new Set(),
};

/** The user's messages: from the cache first, then from the server. */
export class Voicemail {
  readonly state = createStore<VoicemailState>(EMPTY_STATE);
  /** Refetch. */
  readonly refresh = coalesce(() => this.fetch());
  private generation = 0;
  /** Deletions by message, until the server has archived it. */
  private readonly archiving = new Map<string, Promise<void>>();

  constructor(private readonly dependencies: VoicemailDependencies) {}

  /** Show the cache, then refresh. */
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

  /** Mark as heard or new, optimistically. */
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

  /**
   * Delete a message: archive it now and erase it later, unless `undoDelete` comes first. If the page is lost in
   * between, the message is in the archive.
   */
  delete(id: string): Promise<void> {
    const { inbox, deleted } = this.state.state;
    this.set({ deleted: new Set([...deleted, id]), open: undefined });
    this.dependencies.later.schedule(id, () => void this.erase(id));
    if (!inbox.some((each) => each.id === id)) return Promise.resolve();
    const archived = this.archive(id).finally(() => this.archiving.delete(id));
    this.archiving.set(id, archived);
    return archived;
  }

  /**
   * Undo `delete`; `restore` is set if the message was not archived before. It is shown again once the server has
   * restored it, after it has archived it: requests at the same time could arrive in the other order.
   */
  async undoDelete(id: string, restore: boolean): Promise<void> {
    if (!this.dependencies.later.cancel(id)) return;
    const { generation } = this;
    await this.archiving.get(id);
    if (generation !== this.generation) return;
    if (restore) await this.restore(id);
    this.set({ deleted: without(this.state.state.deleted, id) });
  }

  private async erase(id: string): Promise<void> {
    await this.perform(() => this.dependencies.erase(id));
    this.set({ deleted: without(this.state.state.deleted, id) });
  }

  /** Clear on sign-out. */
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
