import type { RTCSession } from 'jssip/lib/RTCSession';

type Handler = (event: never) => void;
type Done = () => void;

class FakeEmitter {
  readonly #handlers = new Map<string, Handler[]>();

  on(name: string, handler: Handler): this {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
    return this;
  }

  once = this.on;

  emit(name: string, event: object = {}): void {
    for (const handler of this.#handlers.get(name) ?? []) handler(event as never);
  }
}

/** Fake of a JsSIP session; the test controls the remote party. */
export class FakeSession extends FakeEmitter {
  readonly requests: string[] = [];
  readonly terminations: object[] = [];
  readonly digits: string[] = [];
  readonly referrals: { target: string; replaces?: unknown; handlers: Record<string, Done | undefined> }[] = [];
  connection: { remoteDescription: { sdp: string }; signalingState: string } | undefined;
  established = false;
  ended = false;
  ready = true;
  direction = 'incoming';
  /** Whether an offer of its own waits for its response. */
  readonly _dialog = { uac_pending_reply: false, id: { call_id: 'id', local_tag: 'own', remote_tag: 'server' } };
  _localHold = false;
  _mangleOffer = (sdp: string) => sdp.replace('sendrecv', 'sendonly');
  _onhold = (originator: string) => this.emit('hold', { originator });
  readonly local_identity = { uri: { host: 'acme.example' } };
  readonly remote_identity;
  #done: Done | undefined;

  constructor(number = '1002') {
    super();
    this.remote_identity = { uri: { user: number }, display_name: '' };
  }

  isEstablished = () => this.established && !this.ended;
  isEnded = () => this.ended;
  isReadyToReOffer = () => this.ready;

  hold(_options: object, done: Done): boolean {
    return this.#request('hold', done);
  }

  unhold(_options: object, done: Done): boolean {
    return this.#request('unhold', done);
  }

  renegotiate({ rtcOfferConstraints }: { rtcOfferConstraints: RTCOfferOptions }, done: Done): boolean {
    return this.#request(rtcOfferConstraints.iceRestart ? 'restart' : 'renegotiate', done);
  }

  #request(what: string, done: Done): boolean {
    this.requests.push(what);
    this.#done = done;
    return true;
  }

  /** The remote party accepts. */
  remoteAccepts(): void {
    this.#done?.();
  }

  /** The remote party rejects: JsSIP would hang up. */
  remoteRejects(reason_phrase = 'Media Renegotiation Failed'): void {
    this.terminate({ cause: 'WebRTC Error', status_code: 500, reason_phrase });
  }

  terminate(options: object = {}): void {
    this.terminations.push(options);
    this.ended = true;
    this.emit('ended', { originator: 'local', cause: 'Terminated' });
  }

  sendDTMF(digits: string): void {
    this.digits.push(digits);
  }

  refer(target: string, how: { eventHandlers: Record<string, Done>; replaces?: unknown }): void {
    this.referrals.push({ target, replaces: how.replaces, handlers: how.eventHandlers });
  }

  mute(): void {}
  unmute(): void {}

  remoteAnswers(): void {
    this.established = true;
    this.emit('accepted', { originator: 'remote' });
    this.emit('confirmed', { originator: 'local' });
  }

  answer(): void {
    this.established = true;
    this.emit('accepted', { originator: 'local' });
  }

  get session(): RTCSession {
    return this as unknown as RTCSession;
  }
}

/** Fake of the JsSIP user agent. */
export class FakeAgent extends FakeEmitter {
  readonly sessions: FakeSession[] = [];

  call(number: string): FakeSession {
    const session = new FakeSession(number);
    this.sessions.push(session);
    return session;
  }

  isConnected = () => true;
  readonly transport = { connect() {} };
  start(): void {}
  set(): void {}
  register(): void {}

  stop(): void {
    this.emit('unregistered');
  }
}
