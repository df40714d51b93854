import type { IceCandidateEvent, OutgoingEvent, RTCSession, SDPEvent } from 'jssip/lib/RTCSession';
import type { CaptureRefused } from '~/media/capture';
import type { Encryption } from '~/media/meter';
import type { Quality } from '~/media/quality';
import { Speaker } from '~/media/speaker';
import { randomText } from '~/kernel/secret';
import { preferences } from '~/kernel/preferences';
import { createStore } from '~/kernel/store';
import { isUseful, withTlsId } from './description';
import { endingOf, type Ending } from './endings';
import { Negotiator } from './negotiator';
import { Own } from './own';
import { Pictures } from './pictures';
import { Vitals, type Way } from './vitals';

/** held: by this side; that the other side holds is said by `heldByThem`. */
export type Phase = 'calling' | 'ringing' | 'incoming' | 'talking' | 'held' | 'ended';

export interface CallState {
  phase: Phase;
  ending?: Ending;
  /** When it was answered, milliseconds of the epoch; absent until then. */
  since?: number;
  /** Answered here, not yet talking: the microphone is being opened. */
  answering: boolean;
  /** The other side is heard already, before it has answered: an announcement or its own ringing. */
  earlyMedia: boolean;
  offersVideo: boolean;
  muted: boolean;
  heldByThem: boolean;
  /** Of the media; where it is lost another is looked for. */
  way: Way;
  camera: 'off' | 'starting' | 'on';
  ownVideo?: MediaStream;
  theirVideo?: MediaStream;
  /** What is missing: a call goes on without it. */
  lacking?: CaptureRefused;
  /** The other side takes no pictures. */
  videoRefused: boolean;
  /** It is being given away; `refused`: that did not work, and it goes on here. */
  transfer?: 'asked' | 'rings' | 'refused';
  quality?: Quality;
  encryption?: Encryption;
  codec?: string;
}

/** What a call needs to know of the line it goes over. */
export interface CallLine {
  iceServers: () => RTCIceServer[];
  /** Do it now, or as soon as the server is reached again. */
  whenReady: (task: () => void) => void;
  isReady: () => boolean;
  /** See whether the server is there: nothing is heard any more. */
  ask: () => void;
}

/** Candidates beyond the first useful one get so long, and a useful one so long to appear. Milliseconds. */
const MORE_CANDIDATES = 10;
const ANY_CANDIDATE = 500;

const BEGIN: Omit<CallState, 'phase'> = {
  answering: false,
  earlyMedia: false,
  offersVideo: false,
  muted: false,
  heldByThem: false,
  way: 'found',
  camera: 'off',
  videoRefused: false,
};

let count = 0;

/** One call, from the first key to the words that say why it is over. Views read `state` and call the methods. */
export class Call {
  readonly id = `call-${++count}`;
  readonly state;
  readonly #own = new Own();
  readonly #speaker = new Speaker();
  readonly #tlsId = randomText(24).replaceAll(/[-_]/g, '0');
  readonly #following: { unsubscribe: () => void };
  #session: RTCSession | undefined;
  #negotiator: Negotiator | undefined;
  #vitals: Vitals | undefined;
  #pictures: Pictures | undefined;
  /** It goes on beside another: in a test call both ends are here. */
  beside = false;

  constructor(
    readonly incoming: boolean,
    /** The other side, as dialled or as told. */
    readonly number: string,
    readonly name: string,
    private readonly line: CallLine,
    /** The server's own id of one that came in: what is pushed names it so. */
    readonly serverId = '',
  ) {
    this.state = createStore<CallState>({ ...BEGIN, phase: incoming ? 'incoming' : 'calling' });
    this.#own.lost = (kind) => void (kind === 'sound' ? this.reopenMicrophone() : this.video(false));
    let { microphone } = preferences.state;
    this.#following = preferences.subscribe((now) => {
      if (now.microphone === microphone) return;
      microphone = now.microphone;
      void this.reopenMicrophone();
    });
  }

  get phase(): Phase {
    return this.state.state.phase;
  }

  get over(): boolean {
    return this.phase === 'ended';
  }

  get answered(): boolean {
    return this.phase === 'talking' || this.phase === 'held';
  }

  /** Open the microphone, and the camera if wanted; false if it was hung up meanwhile. */
  async open(video: boolean): Promise<boolean> {
    this.#set({ answering: this.incoming, camera: video ? 'starting' : 'off' });
    await this.#openSound();
    if (video && !this.over) {
      // Not to be heard is worse than not to be seen: that is said first.
      const { lacking } = this.state.state;
      await this.#own.openPicture().catch((fault: CaptureRefused) => this.#set({ lacking: lacking ?? fault }));
      this.#showOwn();
    }
    if (this.over) this.#own.close();
    return !this.over;
  }

  /** What JsSIP is to be given for `call` and `answer`. */
  get options() {
    return {
      mediaStream: this.#own.stream,
      sessionTimersExpires: 120,
      pcConfig: {
        iceServers: this.line.iceServers(),
        bundlePolicy: 'balanced', // rtpengine answers without a bundle
        rtcpMuxPolicy: 'require',
      } satisfies RTCConfiguration,
    };
  }

  /** Listen to JsSIP's session; for an outgoing one as early as it exists. */
  attach(session: RTCSession, offered = false): void {
    this.#session = session;
    this.#set({ offersVideo: offered });
    this.#negotiator = new Negotiator(session, {
      lineLost: () => this.#vitals?.doubt(),
      mediaLost: () => this.#vitals?.lost(),
    });
    session.on('sdp', (event: SDPEvent) => {
      if ((event.originator as string) === 'local') event.sdp = withTlsId(event.sdp, this.#tlsId);
    });
    session.on('icecandidate', this.#weigh);
    session.on('peerconnection', ({ peerconnection }) => this.#connected(peerconnection));
    if (session.connection) this.#connected(session.connection);
    session.on('progress', ({ response }: Partial<OutgoingEvent>) => {
      if (!this.incoming && response) this.#set({ phase: 'ringing', earlyMedia: Boolean(response.body) });
    });
    session.on('accepted', () => this.#talking());
    session.on('confirmed', () => {
      this.#applyMute();
      if (this.state.state.camera === 'on' && !this.#pictures?.accepted) void this.#withoutVideo();
    });
    session.on('hold', ({ originator }) => this.#held(originator as string, true));
    session.on('unhold', ({ originator }) => this.#held(originator as string, false));
    for (const name of ['ended', 'failed'] as const) {
      session.on(name, ({ originator, cause, message }) => {
        const told = message as unknown as { status_code?: number; getHeader?: (name: string) => string | undefined };
        const end = { originator: originator as string, cause, status: told?.status_code };
        this.#over(endingOf({ ...end, reason: told?.getHeader?.('reason') }, this.incoming, this.answered));
      });
    }
  }

  async answer(video = false): Promise<void> {
    const session = this.#session;
    if (!session || this.phase !== 'incoming' || this.state.state.answering) return;
    if (await this.open(video && this.state.state.offersVideo)) session.answer(this.options);
  }

  decline(): void {
    this.#end('declined-here', () => this.#session?.terminate({ status_code: 603, reason_phrase: 'Decline' }));
  }

  hangUp(): void {
    this.#end('left', () => this.#session?.terminate());
  }

  /** It could not even begin. */
  fail(ending: Ending = 'fault'): void {
    this.#over(ending);
  }

  /** The connection is gone: JsSIP forgets what rang over it, and the server rings anew by the next. */
  lineLost(): void {
    if (this.phase !== 'incoming') return;
    this.#over('line-lost');
    this.#session?.terminate();
  }

  mute(muted = !this.state.state.muted): void {
    this.#set({ muted });
    this.#applyMute();
  }

  async hold(): Promise<boolean> {
    return this.phase !== 'talking' || (await this.#negotiator!.ask('hold'));
  }

  async resume(): Promise<boolean> {
    return this.phase !== 'held' || (await this.#negotiator!.ask('resume'));
  }

  /** Keys pressed during the call (RFC 4733). */
  press(keys: string): void {
    if (this.answered || this.phase === 'ringing') {
      this.#session?.sendDTMF(keys, { transportType: 'RFC2833' as never, duration: 120, interToneGap: 80 });
    }
  }

  /**
   * Give it away (REFER): to a number, or to whom one talks with in another call. The server ends it here once it is taken. Of two
   * calls the other one is given to this, as who asks somebody first does (RFC 5589 section 7): this may be an app, which cannot be
   * given away. If the other is one, they are brought together the other way.
   */
  transfer(to: string | Call): void {
    const { transfer } = this.state.state;
    if (!this.#session || !this.answered || transfer === 'asked' || transfer === 'rings') return;
    this.#set({ transfer: 'asked' });
    const refused = () => this.#set({ transfer: 'refused' });
    const calls = typeof to === 'string' ? [this] : [this, to];
    const eventHandlers = {
      requestFailed: refused,
      failed: refused,
      progress: () => this.#set({ transfer: 'rings' }),
      accepted: () => calls.forEach((each) => each.#over('transferred')),
    };
    if (typeof to === 'string') this.#session.refer(to, { eventHandlers });
    else to.#connect(this, { ...eventHandlers, requestFailed: () => this.#connect(to, eventHandlers) });
  }

  #connect(to: Call, eventHandlers: object): void {
    this.#session?.refer(to.number, { eventHandlers, replaces: to.#session });
  }

  async reopenMicrophone(): Promise<void> {
    if (this.over || !this.#own.sound) return;
    await this.#openSound();
    if (this.over) return this.#own.close();
    await this.#pictures?.send('audio', this.#own.sound);
  }

  /** A microphone that is not to be heard is silent before anything of it is sent. */
  async #openSound(): Promise<void> {
    const lacking = await this.#own.openSound();
    this.#applyMute();
    this.#set({ lacking });
  }

  /** Begin or end to send pictures; during a call the other side is asked. */
  async video(on: boolean): Promise<void> {
    const { camera } = this.state.state;
    if (!this.answered || camera === 'starting' || on === (camera === 'on')) return;
    if (on) await this.#startVideo();
    else await this.#stopVideo();
  }

  async turnCamera(): Promise<void> {
    if (this.state.state.camera !== 'on') return;
    await this.#own.turn().catch((fault: CaptureRefused) => this.#set({ lacking: fault }));
    if (this.over) return this.#own.close();
    this.#showOwn();
    await this.#pictures?.send('video', this.#own.picture);
  }

  /** The network is another one, or about to be. */
  doubt(): void {
    if (this.answered) this.#vitals?.doubt();
  }

  /** The server is reached again: find the way for the media anew. */
  mend(): void {
    if (this.answered) this.#vitals?.renew();
  }

  /** Go on without what is missing. */
  overlook(): void {
    this.#set({ lacking: undefined, videoRefused: false, transfer: undefined });
  }

  async #startVideo(): Promise<void> {
    this.#set({ camera: 'starting', lacking: undefined, videoRefused: false });
    try {
      await this.#own.openPicture();
    } catch (fault) {
      return this.#set({ camera: 'off', lacking: fault as CaptureRefused });
    }
    if (this.over) return this.#own.close();
    await this.#pictures!.send('video', this.#own.picture);
    const agreed = (await this.#negotiator!.ask('media')) && this.#pictures!.accepted;
    if (this.over) return;
    if (!agreed) await this.#withoutVideo();
    this.#showOwn();
  }

  /** The other side takes no pictures: none are made, and it is said. */
  async #withoutVideo(): Promise<void> {
    this.#own.closePicture();
    this.#showOwn();
    this.#set({ videoRefused: true });
    await this.#pictures?.send('video', undefined);
  }

  async #stopVideo(): Promise<void> {
    this.#own.closePicture();
    this.#showOwn();
    await this.#pictures!.send('video', undefined);
    await this.#negotiator!.ask('media');
  }

  #showOwn(): void {
    const { picture } = this.#own;
    this.#set({ camera: picture ? 'on' : 'off', ownVideo: picture && new MediaStream([picture]) });
  }

  #connected(connection: RTCPeerConnection): void {
    this.#vitals = new Vitals(connection, {
      reading: (reading) => this.#set(reading),
      ask: () => this.line.ask(),
      mend: () => (this.line.isReady() ? this.#negotiator!.ask('restart') : Promise.resolve(false)),
      way: (way) => this.#set({ way }),
      giveUp: () => this.#end('media-lost', () => this.#session?.terminate()),
    });
    this.#pictures = new Pictures(connection, {
      sound: (stream) => this.#speaker.play(stream),
      picture: (theirVideo) => this.#set({ theirVideo }),
    });
  }

  readonly #weigh = ({ candidate, ready }: IceCandidateEvent): void => {
    setTimeout(ready, isUseful(candidate.candidate) ? MORE_CANDIDATES : ANY_CANDIDATE);
  };

  #talking(): void {
    this.#set({ phase: 'talking', since: Date.now(), answering: false, earlyMedia: false });
  }

  #held(originator: string, held: boolean): void {
    if (originator === 'remote') return this.#set({ heldByThem: held });
    this.#speaker.quiet(held);
    if (this.answered) this.#set({ phase: held ? 'held' : 'talking' });
  }

  #applyMute(): void {
    const { muted, heldByThem } = this.state.state;
    if (this.#session?.isEstablished()) {
      if (muted) this.#session.mute({ audio: true });
      else this.#session.unmute({ audio: true });
    }
    const { sound } = this.#own;
    if (sound) sound.enabled = !(muted || heldByThem || this.phase === 'held');
  }

  /** Over at once for who presses the key; the server hears of it now, or when it is reached again. */
  #end(ending: Ending, tell: () => void): void {
    if (this.over) return;
    const established = this.#session?.isEstablished() ?? false;
    this.#over(ending);
    const say = () => {
      if (this.#session && !this.#session.isEnded()) tell();
    };
    if (established) this.line.whenReady(say);
    else say();
  }

  #over(ending: Ending): void {
    if (this.over) return;
    this.#following.unsubscribe();
    this.#vitals?.close();
    this.#pictures?.close();
    this.#own.close();
    this.#speaker.close();
    this.#set({ phase: 'ended', ending, camera: 'off', ownVideo: undefined, theirVideo: undefined, way: 'found' });
  }

  #set(change: Partial<CallState>): void {
    this.state.setState((before) => (before.phase === 'ended' ? before : { ...before, ...change }));
  }
}
