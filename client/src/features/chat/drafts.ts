import { createStore } from '~/core/store';

/** A draft that another tab has changed. */
export interface DraftChange {
  conversation: string;
  text: string;
}

export interface DraftsDependencies {
  load(conversation: string): Promise<string | undefined>;
  /** An empty text deletes it. */
  save(conversation: string, text: string): Promise<void>;
  /** Inform the other tabs. */
  send(change: DraftChange): void;
}

/**
 * Texts that were begun, by conversation. Each is stored on the device as it is written, and shown by all tabs at once, so
 * that no tab has an older text to store over a newer one.
 */
export class Drafts {
  readonly texts = createStore<Readonly<Record<string, string>>>({});
  private generation = 0;
  private loading = new Map<string, Promise<void>>();
  /** Conversations whose stored text is in `texts`. */
  private known = new Set<string>();

  constructor(private readonly dependencies: DraftsDependencies) {}

  /** Load the stored text; what was typed meanwhile comes after it. */
  open(conversation: string): Promise<void> {
    if (this.known.has(conversation)) return Promise.resolve();
    const loading = this.loading.get(conversation) ?? this.load(conversation);
    this.loading.set(conversation, loading);
    return loading;
  }

  get(conversation: string): string {
    return this.texts.state[conversation] ?? '';
  }

  /** The user has changed the text; empty for none. Resolves once it is stored. */
  async set(conversation: string, text: string): Promise<void> {
    const { generation } = this;
    this.show(conversation, text);
    await this.open(conversation);
    if (generation !== this.generation) return;
    const now = this.get(conversation);
    this.dependencies.send({ conversation, text: now });
    await this.dependencies.save(conversation, now);
  }

  /** Empty the field and return its text, which is put into the outbox; `set` with what is typed since then stores it. */
  take(conversation: string): string {
    const text = this.get(conversation);
    this.show(conversation, '');
    return text;
  }

  /** Put a text back that could not be sent, before what was typed since it was taken. */
  async giveBack(conversation: string, text: string): Promise<void> {
    const typed = this.get(conversation);
    await this.set(conversation, text && typed ? `${text}\n${typed}` : text || typed);
  }

  /** Another tab has changed it. */
  receive({ conversation, text }: DraftChange): void {
    this.known.add(conversation);
    this.show(conversation, text);
  }

  /** Clear on sign-out; the storage is deleted by others. */
  clear(): void {
    this.generation += 1;
    this.loading = new Map();
    this.known = new Set();
    this.texts.setState(() => ({}));
  }

  private async load(conversation: string): Promise<void> {
    const { generation } = this;
    const stored = await this.dependencies.load(conversation);
    if (generation !== this.generation || this.known.has(conversation)) return;
    this.known.add(conversation);
    const typed = this.get(conversation);
    if (stored) this.show(conversation, typed ? `${stored}\n${typed}` : stored);
  }

  private show(conversation: string, text: string): void {
    this.texts.setState((before) => ({ ...before, [conversation]: text }));
  }
}
