import { endSession, refreshSession, session } from '~/api/session';
import { createStore } from '~/core/store';

/** What the server tells without being asked. */
export interface ServerEvents {
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
export type EventsState = 'off' | 'opening' | 'up' | 'down';

export interface EventsDependencies {
  open(): WebSocket;
  /** Makes sure that the session is good: a handshake that is refused does not say why. */
  check(): Promise<'valid' | 'ended' | 'unreachable'>;
  signedOut(): void;
  random(): number;
}

/** Seconds before the nth try: 1, 2, 4 ... 30, each shortened by up to a half so that not everybody comes at once. */
export function retryDelay(attempts: number, random: number): number {
  return Math.min(30, 2 ** attempts) * (1 - random / 2);
}

/** Up for so long, a connection counts as good and the next try after it comes soon. */
const STABLE_MS = 10_000;
/** A handshake that takes longer is given up. */
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** The server says something every 30 s; a line that is silent for longer than twice that is dead. */
const SILENCE_TIMEOUT_MS = 75_000;

type Handler<T extends keyof ServerEvents> = (event: ServerEvents[T]) => void;

/** One WebSocket for all that is told, opened again whenever it is lost, until `stop`. */
export class Events {
  readonly connection = createStore<EventsState>('off');
  private readonly handlers = new Map<string, Set<Handler<never>>>();
  private readonly connectedHandlers = new Set<() => void>();
  private socket?: WebSocket;
  private retryTimer?: ReturnType<typeof setTimeout>;
  private stableTimer?: ReturnType<typeof setTimeout>;
  private silenceTimer?: ReturnType<typeof setTimeout>;
  private attempts = 0;
  /** Grows with every start and stop, so that what an earlier one awaited does nothing. */
  private generation = 0;

  constructor(private readonly dependencies: EventsDependencies) {}

  /** Hear of something. Returns how to hear no more. */
  on<T extends keyof ServerEvents>(type: T, handler: Handler<T>): () => void {
    const registered = this.handlers.get(type) ?? new Set();
    this.handlers.set(type, registered.add(handler));
    return () => registered.delete(handler);
  }

  /** Whenever the link is up: what was told before that was missed, so look again. Returns how to hear no more. */
  onConnected(handler: () => void): () => void {
    this.connectedHandlers.add(handler);
    return () => this.connectedHandlers.delete(handler);
  }

  start(): void {
    if (this.connection.state !== 'off') return;
    this.attempts = 0;
    this.open(++this.generation);
  }

  stop(): void {
    this.generation += 1;
    this.closeSocket();
    this.connection.setState(() => 'off');
  }

  /** There may be a network again: try now instead of later. */
  retryNow(): void {
    if (this.connection.state !== 'down') return;
    clearTimeout(this.retryTimer);
    void this.retry(this.generation);
  }

  /** The network is gone, which the socket itself might notice minutes later. */
  networkLost(): void {
    if (this.connection.state === 'up' || this.connection.state === 'opening') this.handleClose(this.generation);
  }

  private open(generation: number): void {
    this.closeSocket();
    this.connection.setState((before) => (before === 'down' ? 'down' : 'opening'));
    const socket = (this.socket = this.dependencies.open());
    this.stableTimer = setTimeout(() => this.handleClose(generation), HANDSHAKE_TIMEOUT_MS);
    socket.onopen = () => {
      clearTimeout(this.stableTimer);
      this.stableTimer = setTimeout(() => (this.attempts = 0), STABLE_MS);
      this.connection.setState(() => 'up');
      this.restartSilenceTimer(generation);
      this.connectedHandlers.forEach((handler) => handler());
    };
    socket.onclose = () => this.handleClose(generation);
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.restartSilenceTimer(generation);
      this.dispatch(event.data);
    };
  }

  private restartSilenceTimer(generation: number): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.handleClose(generation), SILENCE_TIMEOUT_MS);
  }

  private handleClose(generation: number): void {
    if (generation !== this.generation) return;
    this.closeSocket();
    this.connection.setState(() => 'down');
    this.retryTimer = setTimeout(
      () => void this.retry(generation),
      retryDelay(this.attempts, this.dependencies.random()) * 1000,
    );
    this.attempts += 1;
  }

  private async retry(generation: number): Promise<void> {
    const session = await this.dependencies.check();
    if (generation !== this.generation || session === 'ended') return;
    if (session === 'valid') this.open(generation);
    else this.handleClose(generation);
  }

  private dispatch(data: unknown): void {
    let event: { type?: unknown };
    try {
      event = JSON.parse(String(data)) as typeof event;
    } catch {
      return;
    }
    if (typeof event?.type !== 'string') return;
    if (event.type === 'signed_out') this.dependencies.signedOut();
    for (const handler of this.handlers.get(event.type) ?? []) (handler as (event: unknown) => void)(event);
  }

  private closeSocket(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.stableTimer);
    clearTimeout(this.silenceTimer);
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
    await refreshSession();
    const now = session.state;
    return now.state !== 'in' ? 'ended' : now.stale ? 'unreachable' : 'valid';
  },
  signedOut: () => void endSession('ended'),
  random: Math.random,
});

/** Listen while somebody is signed in. To be called once. */
export function connectEventsWhileSignedIn(): void {
  const update = () => (session.state.state === 'in' ? events.start() : events.stop());
  session.subscribe(update);
  update();
  addEventListener('online', () => events.retryNow());
  addEventListener('offline', () => events.networkLost());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') events.retryNow();
  });
}
