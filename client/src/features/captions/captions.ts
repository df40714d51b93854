import type { ServerEvents } from '~/api/events';
import { createStore } from '~/core/store';

interface Caption {
  key: number;
  participant: string;
  text: string;
}

export interface CaptionsState {
  /** The last captions, the newest at the end. */
  lines: readonly Caption[];
  /** Speech was left out. */
  behind: boolean;
}

/** Captions that are shown at a time. */
const MAX_LINES = 2;
/** A caption is shown for this long, milliseconds. */
const SHOWN_MS = 10_000;

/** The captions of a meeting, as events bring them. They are stored nowhere. */
export class Captions {
  readonly state = createStore<CaptionsState>({ lines: [], behind: false });
  #next = 0;

  constructor(
    private readonly schedule: (task: () => void, milliseconds: number) => unknown = setTimeout.bind(window),
  ) {}

  /** Show an event; one without a text says that speech was left out. */
  handle({ participant, text }: ServerEvents['caption']): void {
    if (!participant || !text) {
      this.state.setState((before) => ({ ...before, behind: true }));
      return;
    }
    const line = { key: (this.#next += 1), participant, text };
    this.state.setState(({ lines }) => ({ lines: [...lines, line].slice(-MAX_LINES), behind: false }));
    this.schedule(() => this.#remove(line.key), SHOWN_MS);
  }

  #remove(key: number): void {
    this.state.setState((before) => ({ ...before, lines: before.lines.filter((each) => each.key !== key) }));
  }
}
