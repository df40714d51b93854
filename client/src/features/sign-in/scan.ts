import { createStore } from '~/core/store';
import { parseLink, type CodeLinkPurpose, type LinkTarget } from './link';

/** `asking`: explanation shown, camera off. `refused`, `missing`: no camera; the link can be typed instead. */
export type Phase = 'asking' | 'opening' | 'looking' | 'refused' | 'missing' | 'broken';

export interface ScanState<Seen> {
  phase: Phase;
  stream?: MediaStream;
  /** The last code that was rejected. */
  seen?: Seen;
}

/** A text as it was understood: it is one of the wanted codes, or another one. */
export type Understood<Found, Seen> = { found: Found } | { seen: Seen };

export type CodeLink = { purpose: CodeLinkPurpose; code: string };
export type OtherCode = Exclude<LinkTarget, { kind: 'ours' }>;

/** Understand the text of a code as a sign-in code of this server. */
export function understandLink(text: string, origin: string): Understood<CodeLink, OtherCode> {
  const read = parseLink(text, origin);
  return read.kind === 'ours' ? { found: { purpose: read.purpose, code: read.code } } : { seen: read };
}

/** Returns the texts of the QR codes in a video frame. */
type Reader = (picture: HTMLVideoElement) => Promise<string[]>;

export interface QrScanner {
  /** Whether the camera is already permitted. */
  isGranted(): Promise<boolean>;
  open(): Promise<MediaStream>;
  reader(): Promise<Reader>;
}

const SCAN_INTERVAL_MS = 150;

/** Scans for a code, or takes a typed one. */
export class ScanModel<Found, Seen> {
  readonly state = createStore<ScanState<Seen>>({ phase: 'asking' });
  #closed = false;

  constructor(
    private readonly scanner: QrScanner,
    private readonly understand: (text: string) => Understood<Found, Seen>,
    private readonly onFound: (found: Found) => void,
  ) {}

  /** Starts by itself where the camera was permitted before. */
  async start(): Promise<void> {
    this.#closed = false;
    if (await this.scanner.isGranted().catch(() => false)) await this.open();
  }

  async open(): Promise<void> {
    if (this.#closed || this.state.state.phase === 'opening' || this.state.state.phase === 'looking') return;
    this.#set({ phase: 'opening' });
    try {
      const stream = await this.scanner.open();
      if (this.#closed) return stop(stream);
      this.#set({ phase: 'looking', stream });
    } catch (fault) {
      this.#set({ phase: phaseOf(fault) });
    }
  }

  /** Scan the video until one of the wanted codes is found, or `close`. */
  async scan(video: HTMLVideoElement): Promise<void> {
    const stream = this.state.state.stream;
    const isActive = () => !this.#closed && this.state.state.stream === stream && stream !== undefined;
    try {
      const read = await this.scanner.reader();
      while (isActive()) {
        for (const text of await read(video)) if (isActive() && this.submit(text)) return;
        await new Promise((resolve) => setTimeout(resolve, SCAN_INTERVAL_MS));
      }
    } catch {
      if (isActive()) this.#stop('broken');
    }
  }

  /** Process a scanned or typed text. True if it is one of the wanted codes. */
  submit(text: string): boolean {
    const understood = this.understand(text);
    if ('seen' in understood) {
      this.#set({ seen: understood.seen });
      return false;
    }
    this.close();
    this.onFound(understood.found);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#stop('asking');
  }

  #stop(phase: Phase): void {
    const { stream } = this.state.state;
    if (stream) stop(stream);
    this.#set({ phase, stream: undefined });
  }

  #set(change: Partial<ScanState<Seen>>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function phaseOf(fault: unknown): Phase {
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'broken';
}
