import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { createStore } from '~/core/store';
import { formatReport, type DiagnosticsData } from './report';

/** Size limit of the server (characters; 64 kB). */
export const MAX_REPORT_LENGTH = 64 * 1024;

export interface DiagnosticsState {
  /** The report text, as generated or edited. */
  text: string;
  busy: boolean;
  sent: boolean;
  /** The server does not accept reports. */
  unsupported: boolean;
  fault: unknown;
}

/** A diagnostics report: generated, shown in full, edited by the user, and only then sent. */
export class DiagnosticsModel {
  readonly state = createStore<DiagnosticsState>({
    text: '',
    busy: false,
    sent: false,
    unsupported: false,
    fault: undefined,
  });

  constructor(
    private readonly collect: () => Promise<DiagnosticsData>,
    private readonly server: Pick<typeof api, 'sendDiagnosticsReport'> = api,
  ) {}

  async generate(): Promise<void> {
    this.#set({ busy: true, sent: false, fault: undefined });
    try {
      this.#set({ text: formatReport(await this.collect()) });
    } catch (fault) {
      this.#set({ fault });
    }
    this.#set({ busy: false });
  }

  change(text: string): void {
    this.#set({ text, sent: false });
  }

  async send(): Promise<void> {
    const { text, busy } = this.state.state;
    if (busy || !text.trim()) return;
    this.#set({ busy: true, fault: undefined });
    try {
      await this.server.sendDiagnosticsReport({ body: { report: text } });
      this.#set({ sent: true });
    } catch (fault) {
      this.#set(asProblem(fault).status === 404 ? { unsupported: true } : { fault });
    }
    this.#set({ busy: false });
  }

  #set(change: Partial<DiagnosticsState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}

interface NamedComponent {
  name: string;
  license: string;
}

/** Return the components whose name or license contains all words. */
export function filterComponents<T extends NamedComponent>(all: readonly T[], search: string): T[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((each) => words.every((word) => `${each.name} ${each.license}`.toLowerCase().includes(word)));
}
