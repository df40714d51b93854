import { endSession, onSignOut, refreshSession, session } from '~/api/session';
import type { ChatMessage, Participant, Presence, Video } from '~/api';
import { createStore } from '~/core/store';

/** A sign that a participant of a conference shows to the others for some seconds. */
export type Reaction = NonNullable<Participant['reaction']>;

/** Presence of an extension, as in the list and in events. */
export type PresenceItem = Pick<
  Presence,
  'extension_id' | 'number' | 'state' | 'chosen_state' | 'until' | 'note' | 'ringing'
>;

/** Events pushed by the server. */
export interface ServerEvents {
  signed_out: object;
  sign_in_code: { id: string; state: 'open' | 'used' | 'expired' };
  /** The list of live calls has changed (administrators). */
  calls: object;
  /** Colleagues have other pictures. */
  pictures: object;
  /** People were added to the directory or have left it. */
  directory: object;
  /** Presence of colleagues has changed; without `items`, of too many to name them. */
  'presence.changed': { items?: PresenceItem[] };
  /** A call was parked or retrieved. */
  parked: object;
  /** The user's own permissions have changed: the connection closes, and the next one begins with a new session. */
  permissions: object;
  /** The user's own history has changed. */
  history: object;
  /** A conference room of the user has changed (administrators: any room). `speaking` is a participant id. */
  room: {
    id: string;
    participants: number;
    speaking: string | null;
    locked: boolean;
    recorded: boolean;
    /** Video is recorded too. */
    video_recorded: boolean;
    /** There are live captions. */
    captioned: boolean;
    paused: boolean;
    /** Ids of the participants who raise a hand. */
    raised_hand?: string[];
    /** Reactions by the id of the participant. */
    reactions?: Record<string, Reaction>;
    /** Another one when the list of participants has changed in more than the speaker, hands and reactions. */
    roster?: string;
    /** Another one when the breakout rooms have changed; null without any. */
    breakouts?: string | null;
    videos: Pick<Video, 'id' | 'participant' | 'source' | 'quality'>[];
  };
  /** An emergency number is called; `state`: calling, and at the end answered or unanswered. */
  emergency_call: { extension: string; number: string; location: string; state: string };
  /** Callers or agents of a queue have changed (for its agents and administrators). */
  queue: { id: string; waiting: number; available: number };
  /** The feature codes of the organisation have changed. */
  feature_codes: object;
  /** Recording state of one of the user's calls: announced, recording, paused, ended. */
  recording: { call: string; state: string; end?: string | null };
  /** Whether a supervisor listens to one of the user's calls: announced, listen, ended. */
  monitoring: { call: string; state: string };
  /** The user's own list of notices has changed. */
  notices: object;
  /** The user's own mailboxes have changed. */
  voicemail: object;
  /** A message of one of the user's conversations was sent, or changed. */
  'message.created': { message: ChatMessage };
  'message.changed': { message: ChatMessage };
  /** A member of a conversation has received or read messages. */
  'message.marks': { conversation_id: string; person_id: string; read_seq: number; delivered_seq: number };
  /** Contacts of the user or of the company were changed. */
  'contacts.changed': { book: 'personal' | 'company' };
  /** A member is writing. */
  'message.typing': { conversation_id: string; person_id: string };
  'conversation.changed': { conversation_id: string };
  /** The meeting of a guest has changed (guests only). Without `roster` anything may have; the rest is for admitted
   * guests only. */
  meeting: {
    /** Another one when the meeting has changed in more than the speaker, hands, reactions and videos. */
    roster?: string;
    speaking?: string | null;
    raised_hand?: string[];
    reactions?: Record<string, Reaction>;
    videos?: Pick<Video, 'id' | 'participant' | 'source' | 'quality'>[];
  };
  /** The words of a participant; without a text, speech was left out. */
  caption: { room: string; participant?: string; text?: string };
  push_seen: { id?: string };
}

/** `off`: not signed in. `down`: events are missed until the automatic reconnect succeeds. */
export type EventsState = 'off' | 'opening' | 'up' | 'down';

export interface EventsDependencies {
  open(): WebSocket;
  /** Check the session: a rejected WebSocket handshake does not expose the reason. */
  check(): Promise<'valid' | 'ended' | 'unreachable'>;
  signedOut(): void;
  random(): number;
}

/** Seconds before retry n: 1, 2, 4 … 30, each reduced by up to half as jitter. */
export function retryDelay(attempts: number, random: number): number {
  return Math.min(30, 2 ** attempts) * (1 - random / 2);
}

/** A connection that has been up for this long resets the back-off. */
const STABLE_MS = 10_000;
/** A handshake that takes longer is aborted. */
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** The server sends at least every 30 s; a connection silent for more than twice that is dead. */
const SILENCE_TIMEOUT_MS = 75_000;

type Handler<T extends keyof ServerEvents> = (event: ServerEvents[T]) => void;

/** One WebSocket for all server events, reopened whenever it is lost, until `stop`. */
export class Events {
  readonly connection = createStore<EventsState>('off');
  private readonly handlers = new Map<string, Set<Handler<never>>>();
  private readonly connectedHandlers = new Set<() => void>();
  private socket?: WebSocket;
  private retryTimer?: ReturnType<typeof setTimeout>;
  private stableTimer?: ReturnType<typeof setTimeout>;
  private silenceTimer?: ReturnType<typeof setTimeout>;
  private attempts = 0;
  /** Incremented by every start and stop, so that stale asynchronous work is ignored. */
  private generation = 0;

  constructor(private readonly dependencies: EventsDependencies) {}

  /** Subscribe to an event. Returns the unsubscribe function. */
  on<T extends keyof ServerEvents>(type: T, handler: Handler<T>): () => void {
    const registered = this.handlers.get(type) ?? new Set();
    this.handlers.set(type, registered.add(handler));
    return () => registered.delete(handler);
  }

  /** Subscribe to every (re)connect: events before it were missed, so refetch. Returns the unsubscribe function. */
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

  /** The network may be back: retry now. */
  retryNow(): void {
    if (this.connection.state !== 'down') return;
    clearTimeout(this.retryTimer);
    void this.retry(this.generation);
  }

  /** The network is gone, which the socket itself may notice only minutes later. */
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

/** Keep the event connection open while the user is signed in. Call once. */
export function connectEventsWhileSignedIn(): void {
  const update = () => (session.state.state === 'in' ? events.start() : events.stop());
  session.subscribe(update);
  update();
  onSignOut(() => events.stop());
  addEventListener('online', () => events.retryNow());
  addEventListener('offline', () => events.networkLost());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') events.retryNow();
  });
}
