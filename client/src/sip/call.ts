import type { IceCandidateEvent, OutgoingEvent, RTCSession, SDPEvent } from 'jssip/lib/RTCSession';
import { Speaker } from '~/media/speaker';
import { randomText } from '~/core/random';
import { preferences } from '~/core/preferences';
import { createStore } from '~/core/store';
import { INITIAL_STATE, type CallState, type Phase } from './call-state';
import { CallSound } from './call-sound';
import { CallVideo } from './call-video';
import { isUsableCandidate, withTlsId } from './sdp';
import { endReasonOf, type EndReason } from './end-reasons';
import { HeldCandidates } from './held-candidates';
import { Negotiator } from './negotiator';
import { readIdentity, type HeaderSource } from './remote-identity';
import { LocalMedia } from './local-media';
import { microphoneDecision } from './microphone-decision';
import { Transceivers } from './transceivers';
import { IceMonitor } from './ice-monitor';
import { replacesHeader, savedCall, type SavedCall } from './resumption';

/** The part of the SIP connection that a call needs. */
export interface CallLine {
  iceServers: () => RTCIceServer[];
  /** Run now, or as soon as the server is reached again. */
  whenReady: (task: () => void) => void;
  isReady: () => boolean;
  /** Send a keepalive, because no media arrives. */
  probe: () => void;
}

/** Waiting time for more candidates after the first usable one, and for the first usable one. Milliseconds. */
const EXTRA_CANDIDATE_MS = 10;
const FIRST_CANDIDATE_MS = 500;

/** How long the transferor of an answered call is shown, milliseconds. */
const TRANSFEROR_MS = 5000;

let count = 0;

/** One call from dialling to its end. Views read `state` and call the methods. */
export class Call {
  readonly id = `call-${++count}`;
  readonly state;
  readonly #localMedia = new LocalMedia();
  readonly #video = new CallVideo(this.#localMedia, {
    state: () => this.state.state,
    set: (change) => this.#set(change),
    transceivers: () => this.#transceivers,
    renegotiate: () => this.#negotiator!.request('media'),
  });
  readonly #sound = new CallSound({
    microphone: () => this.#localMedia.audioTrack,
    send: async (track) => {
      await this.#transceivers?.setTrack('audio', track);
      this.#applyMute();
    },
    ended: () => this.ended,
  });
  readonly #speaker = new Speaker();
  readonly #tlsId = randomText(24).replaceAll(/[-_]/g, '0');
  readonly #preferencesSubscription: { unsubscribe: () => void };
  #session: RTCSession | undefined;
  #negotiator: Negotiator | undefined;
  #iceMonitor: IceMonitor | undefined;
  #transceivers: Transceivers | undefined;
  #transferorTimer: ReturnType<typeof setTimeout> | undefined;
  #forwarding = false;
  /** An invitation to a conference, accepted by answering. `others`: participants besides the caller. */
  invitation: { others: number } | undefined;
  /** Whether the number of the caller was signed: "verified" with the attestation, "failed", "unsigned", or empty. */
  verification = '';
  /** Runs beside another call: in a test call both ends are here. */
  concurrent = false;
  /** The user has clicked to dial elsewhere: the remote party is called once this phone answers. */
  clickToDial = false;
  /** The call rings at several users, as one of a group: it cannot be forwarded. */
  shared = false;

  constructor(
    readonly incoming: boolean,
    /** The remote party, as dialled or signalled. */
    number: string,
    name: string,
    private readonly line: CallLine,
    /** Server id of an incoming call, also used in push messages. */
    readonly serverId = '',
    /** The call of the previous page that this one continues. */
    private readonly saved?: SavedCall,
  ) {
    this.state = createStore<CallState>({
      ...INITIAL_STATE,
      phase: incoming ? 'incoming' : 'calling',
      remote: { number, name },
      resuming: saved !== undefined,
      muted: saved?.muted ?? false,
    });
    this.#localMedia.onTrackLost = (kind, why) =>
      void (kind === 'audio' ? this.reopenMicrophone() : this.#video.lost(why));
    let before = preferences.state;
    this.#preferencesSubscription = preferences.subscribe((now) => {
      const { microphone, noiseSuppression, screenSound, backgroundBlur } = before;
      before = now;
      if (now.microphone !== microphone) void this.reopenMicrophone();
      else if (this.answered && (now.noiseSuppression !== noiseSuppression || now.screenSound !== screenSound))
        void this.#sound.apply();
      else if (now.backgroundBlur !== backgroundBlur) void this.#video.applyBlur();
    });
  }

  get phase(): Phase {
    return this.state.state.phase;
  }

  get number(): string {
    return this.state.state.remote.number;
  }

  get name(): string {
    return this.state.state.remote.name;
  }

  get ended(): boolean {
    return this.phase === 'ended';
  }

  get answered(): boolean {
    return this.phase === 'talking' || this.phase === 'held';
  }

  /**
   * Open the microphone, and the camera if wanted; false if hung up meanwhile. `microphoneFirst`: without a microphone,
   * wait for the user's decision.
   */
  async open(setVideo: boolean, microphoneFirst = false): Promise<boolean> {
    this.#set({ answering: this.incoming, camera: setVideo ? 'starting' : 'off' });
    await this.#openMicrophone();
    if (microphoneFirst && this.state.state.captureError) {
      this.#set({ awaitsMicrophone: true });
      await microphoneDecision(this.state);
      this.#set({ awaitsMicrophone: false });
    }
    if (setVideo && !this.ended) {
      await this.#video.open();
    }
    if (this.ended) this.#localMedia.close();
    return !this.ended;
  }

  /** JsSIP options for `call` and `answer`. */
  get options() {
    return {
      mediaStream: this.#localMedia.stream,
      ...(this.saved && {
        extraHeaders: [replacesHeader(this.saved)],
        rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: this.saved.video },
      }),
      sessionTimersExpires: 120,
      pcConfig: {
        iceServers: this.line.iceServers(),
        bundlePolicy: 'balanced', // rtpengine answers without a bundle
        rtcpMuxPolicy: 'require',
      } satisfies RTCConfiguration,
    };
  }

  /** Attach the JsSIP session; for outgoing calls as early as possible. */
  attach(session: RTCSession, videoOffered = false): void {
    this.#session = session;
    this.#set({ offersVideo: videoOffered });
    this.#negotiator = new Negotiator(session, {
      lineLost: () => this.#iceMonitor?.suspectNetworkChange(),
      mediaLost: () => this.#iceMonitor?.markLost(),
    });
    session.on('sdp', (event: SDPEvent) => {
      if ((event.originator as string) === 'local') event.sdp = withTlsId(event.sdp, this.#tlsId);
    });
    new HeldCandidates(session);
    session.on('icecandidate', this.#onIceCandidate);
    session.on('peerconnection', ({ peerconnection }) => this.#onPeerConnection(peerconnection));
    if (session.connection) this.#onPeerConnection(session.connection);
    session.on('progress', ({ response }: Partial<OutgoingEvent>) => {
      if (!this.incoming && response) this.#set({ phase: 'ringing', earlyMedia: Boolean(response.body) });
    });
    session.on('accepted', ({ originator, response }: Partial<OutgoingEvent>) => {
      this.#onAnswered();
      if ((originator as string) === 'remote') this.#onIdentity(response);
    });
    for (const name of ['reinvite', 'update'] as const) {
      session.on(name, ({ request }) => {
        this.#iceMonitor?.mediaChanged();
        this.#onIdentity(request);
      });
    }
    session.on('reinvite', () => this.#iceMonitor?.remoteOffered());
    session.on('confirmed', () => {
      this.#applyMute();
      // The server asks for a key, because a machine may have answered.
      if (this.invitation) session.sendDTMF('1', { transportType: 'INFO' as never });
      if (this.state.state.camera === 'on' && !this.#transceivers?.videoAccepted) void this.#video.reject();
    });
    session.on('hold', ({ originator }) => this.#onHold(originator as string, true));
    session.on('unhold', ({ originator }) => this.#onHold(originator as string, false));
    for (const name of ['ended', 'failed'] as const) {
      session.on(name, ({ originator, cause, message }) => {
        const response = message as unknown as {
          status_code?: number;
          getHeader?: (name: string) => string | undefined;
        };
        const sessionEnd = { originator: originator as string, cause, status: response?.status_code };
        const reason = endReasonOf(
          { ...sessionEnd, reason: response?.getHeader?.('reason') },
          this.incoming,
          this.answered,
        );
        if (this.#forwarding && reason === 'elsewhere') return this.#finish('declined-here');
        this.#finish(this.state.state.resuming && reason !== 'left' ? 'not-resumed' : reason);
      });
    }
    if (this.saved?.held) this.#continueHold(session);
  }

  /** Offer a call that was on hold as held: the remote party hears the music on, and nothing of this microphone. */
  #continueHold(session: RTCSession): void {
    session._localHold = true; // JsSIP applies it to each later offer, not to the first
    session.once('sdp', (event) => (event.sdp = session._mangleOffer(event.sdp)));
    session.once('accepted', () => session._onhold('local'));
  }

  async answer(setVideo = false): Promise<void> {
    const session = this.#session;
    if (!session || this.phase !== 'incoming' || this.state.state.answering) return;
    if (await this.open(setVideo && this.state.state.offersVideo)) session.answer(this.options);
  }

  decline(): void {
    this.#endLocally('declined-here', () => this.#session?.terminate({ status_code: 603, reason_phrase: 'Decline' }));
  }

  /** Ends at once if `ask` has the server forward the call, which then stops the ringing; rings on if it rejects. */
  async forward(ask: () => Promise<unknown>): Promise<void> {
    this.#forwarding = true;
    try {
      await ask();
    } catch (fault) {
      this.#forwarding = false;
      throw fault;
    }
    this.#endLocally('declined-here', () => undefined);
  }

  hangUp(): void {
    this.#endLocally('left', () => this.#session?.terminate());
  }

  /** The data for the next page to take the call up again; undefined if it is not answered. */
  save(): SavedCall | undefined {
    return this.#session && this.answered ? savedCall(this.#session, this.state.state) : undefined;
  }

  /** The call could not be started. */
  fail(reason: EndReason = 'fault'): void {
    this.#finish(reason);
  }

  /** The connection is lost: JsSIP drops a ringing session, and the server rings again over the next connection. */
  lineLost(): void {
    if (this.phase !== 'incoming') return;
    this.#finish('line-lost');
    this.#session?.terminate();
  }

  mute(muted = !this.state.state.muted): void {
    this.#set({ muted });
    this.#applyMute();
  }

  async hold(): Promise<boolean> {
    return this.phase !== 'talking' || (await this.#negotiator!.request('hold'));
  }

  async resume(): Promise<boolean> {
    return this.phase !== 'held' || (await this.#negotiator!.request('resume'));
  }

  /** Send DTMF digits (RFC 4733). */
  sendDtmf(digits: string): void {
    if (this.answered || this.phase === 'ringing') {
      this.#session?.sendDTMF(digits, { transportType: 'RFC2833' as never, duration: 120, interToneGap: 80 });
    }
  }

  /**
   * Transfer with REFER: to a number, or to the remote party of another call. The server ends the local legs once
   * accepted. For an attended transfer the other call is referred to this one (RFC 5589 section 7); if its remote party
   * is an app, which cannot be transferred, it is tried the other way round.
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
      accepted: () => calls.forEach((each) => each.#finish('transferred')),
    };
    if (typeof to === 'string') this.#session.refer(to, { eventHandlers });
    else
      to.#referWithReplaces(this, {
        ...eventHandlers,
        requestFailed: () => this.#referWithReplaces(to, eventHandlers),
      });
  }

  #referWithReplaces(to: Call, eventHandlers: object): void {
    this.#session?.refer(to.number, { eventHandlers, replaces: to.#session });
  }

  async reopenMicrophone(): Promise<void> {
    if (this.ended || !this.#localMedia.audioTrack) return;
    await this.#openMicrophone();
    if (this.ended) return this.#localMedia.close();
    await this.#sound.apply();
  }

  /** Send the sound of a shared screen together with the voice; undefined: no longer. */
  setScreenSound(track: MediaStreamTrack | undefined): void {
    this.#sound.setScreen(track);
  }

  /** A muted microphone is disabled before it is sent. */
  async #openMicrophone(): Promise<void> {
    const captureError = await this.#localMedia.openMicrophone();
    this.#applyMute();
    this.#set({ captureError });
  }

  /** Start or stop sending video; renegotiates during a call. */
  async setVideo(on: boolean): Promise<void> {
    const { camera } = this.state.state;
    if (!this.answered || camera === 'starting' || on === (camera === 'on')) return;
    if (on) await this.#video.start();
    else await this.#video.stop();
  }

  async switchCamera(): Promise<void> {
    if (this.state.state.camera === 'on') await this.#video.switchCamera();
  }

  /** The network has changed or is about to. */
  suspectNetworkChange(): void {
    if (this.answered) this.#iceMonitor?.suspectNetworkChange();
  }

  /** The server is reached again: restart ICE. */
  restartIce(): void {
    if (this.answered) this.#iceMonitor?.renegotiate();
  }

  /** Continue without the missing device. */
  dismissNotices(): void {
    this.#set({ captureError: undefined, videoRefused: false, videoEnded: false, transfer: undefined });
  }

  #onPeerConnection(connection: RTCPeerConnection): void {
    this.#iceMonitor = new IceMonitor(connection, {
      reading: (reading) => this.#set(reading),
      probe: () => this.line.probe(),
      restartIce: () => (this.line.isReady() ? this.#negotiator!.request('restart') : Promise.resolve(false)),
      pathChanged: (mediaPath) => this.#set({ mediaPath }),
      giveUp: () => this.#endLocally('media-lost', () => this.#session?.terminate()),
    });
    this.#transceivers = new Transceivers(connection, {
      audio: (stream) => this.#speaker.play(stream),
      video: (remoteVideo) => this.#set({ remoteVideo }),
      videoEnded: () => this.#video.end(),
    });
  }

  /** The server names the remote party, which a transfer has changed. */
  #onIdentity(message: HeaderSource | undefined): void {
    const { remote, voicemail, transferredBy } = readIdentity(message);
    const before = this.state.state;
    if (!remote || (remote.number === this.number && remote.name === this.name && voicemail === before.voicemail))
      return;
    const moved = remote.number !== this.number;
    // A mailbox is named by this app, in its own language.
    this.#set({ remote: voicemail ? { ...remote, name: moved ? '' : this.name } : remote, voicemail });
    if (moved) this.showTransferor(transferredBy, TRANSFEROR_MS);
  }

  /** Show who transferred the call, for a while or until it is answered. */
  showTransferor(name: string, milliseconds = 0): void {
    clearTimeout(this.#transferorTimer);
    this.#set({ transferredBy: name || undefined });
    if (milliseconds) this.#transferorTimer = setTimeout(() => this.#set({ transferredBy: undefined }), milliseconds);
  }

  readonly #onIceCandidate = ({ candidate, ready }: IceCandidateEvent): void => {
    setTimeout(ready, isUsableCandidate(candidate.candidate) ? EXTRA_CANDIDATE_MS : FIRST_CANDIDATE_MS);
  };

  #onAnswered(): void {
    const since = this.saved?.since ?? Date.now();
    this.#set({ phase: 'talking', since, resuming: false, answering: false, earlyMedia: false });
    if (preferences.state.noiseSuppression) void this.#sound.apply();
    this.showTransferor(this.state.state.transferredBy ?? '', TRANSFEROR_MS);
  }

  #onHold(originator: string, held: boolean): void {
    this.#iceMonitor?.mediaChanged();
    if (originator === 'remote') this.#set({ remoteHold: held });
    else {
      this.#speaker.setMuted(held);
      if (this.answered) this.#set({ phase: held ? 'held' : 'talking' });
    }
    this.#applyMute();
  }

  #applyMute(): void {
    const { muted, remoteHold } = this.state.state;
    if (this.#session?.isEstablished()) {
      if (muted) this.#session.mute({ audio: true });
      else this.#session.unmute({ audio: true });
    }
    const { audioTrack } = this.#localMedia;
    const onHold = remoteHold || this.phase === 'held';
    if (audioTrack) audioTrack.enabled = !(muted || onHold);
    this.#sound.setEnabled(!onHold);
  }

  /** End at once for the user; the server is notified now, or when it is reached again. */
  #endLocally(reason: EndReason, terminate: () => void): void {
    if (this.ended) return;
    const established = this.#session?.isEstablished() ?? false;
    this.#finish(reason);
    const send = () => {
      if (this.#session && !this.#session.isEnded()) terminate();
    };
    if (established) this.line.whenReady(send);
    else send();
  }

  #finish(reason: EndReason): void {
    if (this.ended) return;
    this.#preferencesSubscription.unsubscribe();
    clearTimeout(this.#transferorTimer);
    this.#iceMonitor?.close();
    this.#transceivers?.close();
    this.#sound.close();
    this.#localMedia.close();
    this.#speaker.close();
    this.#set({
      phase: 'ended',
      endReason: reason,
      camera: 'off',
      localVideo: undefined,
      remoteVideo: undefined,
      mediaPath: 'connected',
    });
  }

  #set(change: Partial<CallState>): void {
    this.state.setState((before) => (before.phase === 'ended' ? before : { ...before, ...change }));
  }
}
