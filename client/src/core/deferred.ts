import { TOAST_MS } from './toasts';

/** How long a deletion can be undone: until its notification is gone, with some margin. Milliseconds. */
const UNDO_MS = TOAST_MS + 2_000;

interface Waiting {
  timer: ReturnType<typeof setTimeout>;
  work: () => void;
}

/** Work that is carried out after a delay unless it is cancelled, and at once when the page is left. */
export class DeferredWork {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly delayMs: number) {}

  schedule(id: string, work: () => void): void {
    this.cancel(id);
    this.waiting.set(id, { timer: setTimeout(() => this.run(id), this.delayMs), work });
  }

  /** False if the work was carried out already, or never scheduled. */
  cancel(id: string): boolean {
    clearTimeout(this.waiting.get(id)?.timer);
    return this.waiting.delete(id);
  }

  /** Carry out everything now. */
  flush(): void {
    for (const id of [...this.waiting.keys()]) this.run(id);
  }

  private run(id: string): void {
    const work = this.waiting.get(id)?.work;
    if (this.cancel(id)) work?.();
  }
}

export const deletions = new DeferredWork(UNDO_MS);
addEventListener('pagehide', () => deletions.flush());
