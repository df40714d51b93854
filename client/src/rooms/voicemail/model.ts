import type { Message } from '~/api';
import { asProblem, type Problem } from '~/kernel/problem';
import { untilQuiet } from '~/kernel/quiet';
import { createStore } from '~/kernel/store';

/** A message as whom it was left for sees it. */
export interface Left {
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
  fresh: boolean;
  /** How loud it is from beginning to end, 0 to 100; empty for a moment after it was left. */
  peaks: readonly number[];
  /** What was said, where somebody agreed to have that written down. */
  transcript?: { text: string; language: string };
  /** When a copy of it was sent by e-mail. */
  mailed?: string;
}

export type Shelf = 'inbox' | 'away';

export interface VoicemailState {
  inbox: Left[];
  /** Those that were put away; absent until they were asked for. */
  away?: Left[];
  shelf: Shelf;
  /** `kept`: only what is on this device. */
  from: 'nowhere' | 'kept' | 'server';
  loading: boolean;
  /** Why the list could not be fetched. */
  fault?: Problem;
  /** Why something was not done. */
  refused?: Problem;
  /** The message that is unfolded. */
  open?: string;
}

export function leftOf(message: Message): Left {
  return {
    id: message.id,
    name: message.caller_name ?? '',
    number: message.caller ?? '',
    erased: message.own && message.caller === null,
    extension: message.number,
    created: new Date(message.created),
    seconds: message.seconds,
    fresh: message.heard === null,
    peaks: message.waveform ?? [],
    transcript: message.transcript ?? undefined,
    mailed: message.mailed ?? undefined,
  };
}

export function unheard(state: VoicemailState): number {
  return state.inbox.filter((each) => each.fresh).length;
}

/** What is to be seen of `state`; undefined while it is not known. */
export function visible({ shelf, inbox, away }: VoicemailState): Left[] | undefined {
  return shelf === 'inbox' ? inbox : away;
}

export interface VoicemailParts {
  ask(hidden: boolean): Promise<Message[]>;
  kept(): Promise<Message[]>;
  /** Takes the place of everything kept before. */
  keep(messages: Message[]): Promise<void>;
  mark(id: string, heard: boolean): Promise<unknown>;
  putAway(id: string): Promise<unknown>;
  bringBack(id: string): Promise<unknown>;
  erase(id: string): Promise<unknown>;
}

const NOTHING: VoicemailState = { inbox: [], shelf: 'inbox', from: 'nowhere', loading: false };

/** One's own messages: what is kept here at once, then what the server says. */
export class Voicemail {
  readonly state = createStore<VoicemailState>(NOTHING);
  /** Ask anew. */
  readonly refresh = untilQuiet(() => this.ask());
  private owner = 0;

  constructor(private readonly parts: VoicemailParts) {}

  /** Show what is kept, then ask. */
  async open(): Promise<void> {
    const { owner } = this;
    if (this.state.state.from === 'nowhere') {
      this.set({ loading: true });
      const kept = await this.parts.kept();
      if (owner !== this.owner) return;
      if (this.state.state.from === 'nowhere' && kept.length > 0) this.set({ inbox: kept.map(leftOf), from: 'kept' });
    }
    await this.refresh();
  }

  async show(shelf: Shelf): Promise<void> {
    this.set({ shelf, open: undefined, refused: undefined });
    await this.refresh();
  }

  unfold(id: string | undefined): void {
    this.set({ open: id, refused: undefined });
  }

  /** Note that it was heard, or that it is to count as new. Done here at once. */
  async mark(id: string, heard: boolean): Promise<void> {
    const change = (each: Left) => (each.id === id ? { ...each, fresh: !heard } : each);
    this.set({ inbox: this.state.state.inbox.map(change), away: this.state.state.away?.map(change) });
    await this.act(() => this.parts.mark(id, heard));
  }

  putAway(id: string): Promise<void> {
    return this.act(() => this.parts.putAway(id));
  }

  bringBack(id: string): Promise<void> {
    return this.act(() => this.parts.bringBack(id));
  }

  erase(id: string): Promise<void> {
    return this.act(() => this.parts.erase(id));
  }

  /** The owner has gone. */
  forget(): void {
    this.owner += 1;
    this.state.setState(() => NOTHING);
  }

  private async act(work: () => Promise<unknown>): Promise<void> {
    const { owner } = this;
    this.set({ refused: undefined });
    const refused = await work().then(
      () => undefined,
      (fault: unknown) => asProblem(fault),
    );
    if (owner !== this.owner) return;
    this.set({ refused });
    await this.refresh();
  }

  private async ask(): Promise<void> {
    const { owner } = this;
    this.set({ loading: true });
    try {
      const wanted = this.state.state.shelf === 'away' || this.state.state.away !== undefined;
      const [inbox, away] = await Promise.all([this.parts.ask(false), wanted ? this.parts.ask(true) : undefined]);
      if (owner !== this.owner) return;
      this.set({ inbox: inbox.map(leftOf), away: away?.map(leftOf), from: 'server', loading: false, fault: undefined });
      await this.parts.keep(inbox);
    } catch (fault) {
      if (owner !== this.owner) return;
      this.set({ loading: false, fault: asProblem(fault) });
    }
  }

  private set(change: Partial<VoicemailState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
