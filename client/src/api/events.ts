import { leave, lookUp, session } from '~/api/session';
import { createStore } from '~/kernel/store';

/** What the server tells without being asked. */
export interface Told {
  signed_out: object;
  sign_in_code: { id: string; state: 'open' | 'used' | 'expired' };
  /** The calls going on have changed (administrators). */
  calls: object;
  /** Somebody is parked, or is not any more. */
  parked: object;
  /** One's own history has changed. */
  history: object;
  /** Something is new in a conference room one is in (administrators: in any). `speaking` is a participant. */
  room: {
    id: string;
    participants: number;
    speaking: string | null;
    locked: boolean;
    recorded: boolean;
    paused: boolean;
  };
  /** How it stands with the recording of a call one is in: announced, recording, paused, ended. */
  recording: { call: string; state: string; end?: string | null };
  /** One's own mailboxes have changed. */
  voicemail: object;
  push_seen: { id?: string };
}

/** `off`: nobody is signed in. `down`: what is told now is missed; it is tried again by itself. */
export type Link = 'off' | 'opening' | 'up' | 'down';

export interface EventsParts {
  open(): WebSocket;
  /** Makes sure that the session is good: a handshake that is refused does not say why. */
  check(): Promise<'good' | 'over' | 'away'>;
  signedOut(): void;
  random(): number;
}

/** Seconds before the nth try: 1, 2, 4 ... 30, each shortened by up to a half so that not everybody comes at once. */
export function pause(tries: number, random: number): number {
  return Math.min(30, 2 ** tries) * (1 - random / 2);
}

/** Up for so long, a connection counts as good and the next try after it comes soon. */
const SETTLED_MS = 10_000;
/** A handshake that takes longer is given up. */
const HANDSHAKE_MS = 15_000;
/** The server says something every 30 s; a line that is silent for longer than twice that is dead. */
const SILENT_MS = 75_000;

type Handler<T extends keyof Told> = (told: Told[T]) => void;

/** One WebSocket for all that is told, opened again whenever it is lost, until `stop`. */
export class Events {
  readonly link = createStore<Link>('off');
  private readonly handlers = new Map<string, Set<Handler<never>>>();
  private readonly ups = new Set<() => void>();
  private socket?: WebSocket;
  private timer?: ReturnType<typeof setTimeout>;
  private settled?: ReturnType<typeof setTimeout>;
  private silent?: ReturnType<typeof setTimeout>;
  private tries = 0;
  /** Grows with every start and stop, so that what an earlier one awaited does nothing. */
  private turn = 0;

  constructor(private readonly parts: EventsParts) {}

  /** Hear of something. Returns how to hear no more. */
  on<T extends keyof Told>(type: T, handler: Handler<T>): () => void {
    const all = this.handlers.get(type) ?? new Set();
    this.handlers.set(type, all.add(handler));
    return () => all.delete(handler);
  }

  /** Whenever the link is up: what was told before that was missed, so look again. Returns how to hear no more. */
  onUp(handler: () => void): () => void {
    this.ups.add(handler);
    return () => this.ups.delete(handler);
  }

  start(): void {
    if (this.link.state !== 'off') return;
    this.tries = 0;
    this.open(++this.turn);
  }

  stop(): void {
    this.turn += 1;
    this.drop();
    this.link.setState(() => 'off');
  }

  /** There may be a network again: try now instead of later. */
  hurry(): void {
    if (this.link.state !== 'down') return;
    clearTimeout(this.timer);
    void this.again(this.turn);
  }

  /** The network is gone, which the socket itself might notice minutes later. */
  lost(): void {
    if (this.link.state === 'up' || this.link.state === 'opening') this.closed(this.turn);
  }

  private open(turn: number): void {
    this.drop();
    this.link.setState((before) => (before === 'down' ? 'down' : 'opening'));
    const socket = (this.socket = this.parts.open());
    this.settled = setTimeout(() => this.closed(turn), HANDSHAKE_MS);
    socket.onopen = () => {
      clearTimeout(this.settled);
      this.settled = setTimeout(() => (this.tries = 0), SETTLED_MS);
      this.link.setState(() => 'up');
      this.listen(turn);
      this.ups.forEach((handler) => handler());
    };
    socket.onclose = () => this.closed(turn);
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.listen(turn);
      this.heard(event.data);
    };
  }

  private listen(turn: number): void {
    clearTimeout(this.silent);
    this.silent = setTimeout(() => this.closed(turn), SILENT_MS);
  }

  private closed(turn: number): void {
    if (turn !== this.turn) return;
    this.drop();
    this.link.setState(() => 'down');
    this.timer = setTimeout(() => void this.again(turn), pause(this.tries, this.parts.random()) * 1000);
    this.tries += 1;
  }

  private async again(turn: number): Promise<void> {
    const found = await this.parts.check();
    if (turn !== this.turn || found === 'over') return;
    if (found === 'good') this.open(turn);
    else this.closed(turn);
  }

  private heard(data: unknown): void {
    let told: { type?: unknown };
    try {
      told = JSON.parse(String(data)) as typeof told;
    } catch {
      return;
    }
    if (typeof told?.type !== 'string') return;
    if (told.type === 'signed_out') this.parts.signedOut();
    for (const handler of this.handlers.get(told.type) ?? []) (handler as (told: unknown) => void)(told);
  }

  private drop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.settled);
    clearTimeout(this.silent);
    const { socket } = this;
    this.socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.close();
  }
}

export const events = new Events({
  open: () => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/events`),
  async check() {
    await lookUp();
    const now = session.state;
    return now.state !== 'in' ? 'over' : now.stale ? 'away' : 'good';
  },
  signedOut: () => void leave('ended'),
  random: Math.random,
});

/** Listen while somebody is signed in. To be called once. */
export function listenWhileSignedIn(): void {
  const follow = () => (session.state.state === 'in' ? events.start() : events.stop());
  session.subscribe(follow);
  follow();
  addEventListener('online', () => events.hurry());
  addEventListener('offline', () => events.lost());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') events.hurry();
  });
}
