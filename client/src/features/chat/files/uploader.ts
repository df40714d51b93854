import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { isFinal, reasonOf, type Outgoing, type OutgoingFile } from '../outbox';

export interface Transfer {
  signal: AbortSignal;
  /** The upload has an address, where it continues after a reload. */
  address(url: string): void;
  /** From 0 to 1. */
  progress(part: number): void;
}

export interface UploaderDependencies {
  /** Messages that wait, as this page knows them. */
  waiting(): readonly Outgoing[];
  /** Change a message that waits, in the storage of the device. */
  update(clientId: string, change: (message: Outgoing) => Outgoing): Promise<void>;
  refresh(): Promise<void>;
  read(fileId: string): Promise<Blob | undefined>;
  upload(blob: Blob, file: OutgoingFile, transfer: Transfer): Promise<string>;
  /** All files of a message have arrived. */
  ready(): void;
  lock<T>(name: string, work: () => Promise<T>): Promise<T>;
  pause(seconds: number): Promise<void>;
}

const UPLOADING = 'unificx.uploads';
const RETRY_SECONDS = 5;
const MAX_RETRY_SECONDS = 60;

/**
 * Uploads the files of messages that wait, one after the other. An upload continues where it was interrupted, also after
 * a reload; a message is sent once all of its files have arrived. One tab uploads at a time.
 */
export class Uploader {
  /** Uploaded part of each file, 0 to 1. */
  readonly progress = createStore<Readonly<Record<string, number>>>({});
  private running?: Promise<void>;
  private requested = false;
  private current?: { clientId: string; abort: AbortController };

  constructor(private readonly dependencies: UploaderDependencies) {}

  /** Upload everything that waits. */
  run(): Promise<void> {
    this.requested = true;
    this.running ??= this.runRequested().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Stop an upload; its message was discarded. */
  cancel(clientId: string): void {
    if (this.current?.clientId === clientId) this.current.abort.abort();
  }

  /** Stop on sign-out. */
  clear(): void {
    this.current?.abort.abort();
    this.progress.setState(() => ({}));
  }

  private async runRequested(): Promise<void> {
    while (this.requested) {
      this.requested = false;
      await this.dependencies.lock(UPLOADING, () => this.uploadAll());
    }
  }

  private async uploadAll(): Promise<void> {
    let attempts = 0;
    for (;;) {
      await this.dependencies.refresh();
      const message = this.dependencies.waiting().find((each) => !each.refused && each.files?.some(isMissing));
      const file = message?.files?.find(isMissing);
      if (!message || !file) return;
      try {
        await this.uploadOne(message, file);
        attempts = 0;
      } catch (fault) {
        if (fault instanceof DOMException && fault.name === 'AbortError') continue;
        const problem = asProblem(fault);
        if (isFinal(problem)) {
          await this.dependencies.update(message.client_id, (each) => refused(each, problem));
        } else {
          const wait = Math.min(MAX_RETRY_SECONDS, RETRY_SECONDS * 2 ** attempts);
          attempts += 1;
          await this.dependencies.pause(problem.retryAfter || wait);
        }
      }
    }
  }

  private async uploadOne({ client_id: clientId }: Outgoing, file: OutgoingFile): Promise<void> {
    const change = (values: Partial<OutgoingFile>) =>
      this.dependencies.update(clientId, (each) => ({
        ...each,
        files: each.files?.map((one) => (one.id === file.id ? { ...one, ...values } : one)),
      }));
    const blob = await this.dependencies.read(file.id);
    if (!blob) {
      await this.dependencies.update(clientId, (each) => ({ ...each, refused: true }));
      return;
    }
    const abort = new AbortController();
    this.current = { clientId, abort };
    try {
      const attachment = await this.dependencies.upload(blob, file, {
        signal: abort.signal,
        address: (address) => void change({ address }),
        progress: (part) => this.progress.setState((before) => ({ ...before, [file.id]: part })),
      });
      await change({ attachment });
      this.dependencies.ready();
    } finally {
      this.current = undefined;
    }
  }
}

const isMissing = (file: OutgoingFile) => !file.attachment;

/** Files that have arrived are uploaded again on request: after a while the server deletes them. */
const refused = (message: Outgoing, problem: Problem): Outgoing => ({
  ...message,
  refused: true,
  reason: reasonOf(problem),
});
