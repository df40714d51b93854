import type { UA } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { IncomingRequest } from 'jssip/lib/SIPMessage';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import { onSignOut } from '~/api/session';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { fetchSipAccess, toIceServers, instanceIdOf, isValidFor, socketUrl, type SipAccess } from './access';
import { Call } from './call';
import { preferences } from '~/core/preferences';
import { offersVideo } from './sdp';
import { readIdentity, WITHHELD_NUMBER } from './remote-identity';
import { displayDurationMs } from './end-reasons';
import { TabLock } from './tab-lock';
import { SipSocket } from './sip-socket';
import { CallEnvironment } from './call-environment';
import { RESUME_WITHIN_MS, saveCalls, takeSavedCalls, type SavedCall } from './resumption';

export interface PhoneState {
  /** ready: registered; retrying: server unreachable, retried; refused: rejected by the server. */
  line: 'off' | 'connecting' | 'ready' | 'retrying' | 'refused';
  /**
   * Another tab of this browser holds the SIP connection; `busy` if it has an active call and refused to release it.
   */
  otherTab?: 'free' | 'busy';
  problem?: Problem;
  /** Own extension number. */
  number: string;
  name: string;
  /** Oldest first. Ended calls stay as long as their end is shown. */
  calls: Call[];
  /** The call on the screen. */
  active?: Call;
}

interface Transport {
  connect(): void;
}

const REGISTER_EXPIRES_S = 600;
/** The token is renewed this long before it expires, seconds. */
const TOKEN_MARGIN_S = 75;
/** Maximum back-off where JsSIP does not retry itself: 1, 2, 4 … seconds. */
const MAX_RETRY_S = 30;
/** Quick reconnects during a call: after 0.2, 0.4, 0.6 … seconds. Milliseconds. */
const QUICK_RETRIES = 5;
const QUICK_RETRY_MS = 200;
/** Time limit for a keepalive when no media arrives. Milliseconds. */
const PROBE_TIMEOUT_MS = 1500;
const MAX_CALLS = 2;
/** Header with the server id of a call. */
const CALL_ID_HEADER = 'UnifiCX-Call';
/** Header that says how a call began. */
const ORIGINATION_HEADER = 'UnifiCX-Origination';
/** Says whether the number of the caller was signed by its carrier. */
const VERIFICATION_HEADER = 'UnifiCX-Verification';
/** Marks an invitation to a conference: the number of participants besides the caller. */
const CONFERENCE_HEADER = 'UnifiCX-Conference';
/** Marks a call to several users, as of a group or queue. */
const SHARED_HEADER = 'UnifiCX-Shared';
/** How long a call waits for the SIP connection, milliseconds. */
const CONNECT_TIMEOUT_MS = 8000;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const INITIAL_STATE: PhoneState = { line: 'off', number: '', name: '', calls: [] };

interface PhoneOptions {
  access: () => Promise<SipAccess>;
  /** False: it only calls, as the phone of a guest, and is not the device of a user. */
  registers: boolean;
}

/** The SIP phone of this browser: one registration and its calls. */
export class Phone {
  readonly state = createStore<PhoneState>(INITIAL_STATE);
  readonly #tabLock = new TabLock({
    acquired: () => void this.#open(),
    lost: () => void this.#close(true),
    heldElsewhere: () => this.#set({ line: 'off', otherTab: 'free' }),
    busy: () => this.state.state.calls.some((each) => !each.ended),
  });
  readonly #environment = new CallEnvironment(this);
  #started = false;
  #access: SipAccess | undefined;
  #ua: UA | undefined;
  #socket: SipSocket | undefined;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what ends a connection: the access that is being fetched is not used then. */
  #generation = 0;
  #failures = 0;
  #quickRetries = 0;
  #readyTasks: (() => void)[] = [];
  #replacedCall: Call | undefined;

  constructor(private readonly options: PhoneOptions = { access: fetchSipAccess, registers: true }) {}

  /** Register after sign-in. Idempotent. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#environment.start();
    if (!this.options.registers) return void this.#open();
    onSignOut(() => this.stop());
    void this.#tabLock.acquire();
    for (const saved of takeSavedCalls(Date.now())) void this.#resume(saved);
  }

  /** Hang up, unregister and stop. */
  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    this.#environment.stop();
    for (const call of this.state.state.calls) call.hangUp();
    const unregistered = this.#close();
    this.#tabLock.release();
    this.state.setState(() => INITIAL_STATE);
    await Promise.race([unregistered, sleep(800)]);
  }

  /** The page is going away: answered calls are left to the next page, the others end. */
  leavePage(): void {
    const { calls, active } = this.state.state;
    for (const call of calls) if (!call.answered || !this.options.registers) call.hangUp();
    const ordered = [...calls].sort((one, other) => Number(other === active) - Number(one === active));
    const saved = ordered.flatMap((each) => each.save() ?? []);
    saveCalls(saved);
    if (saved.length > 0) this.#socket?.closeWithPage();
  }

  /** Take a call of the previous page up again: a new dialog replaces the one of that page (RFC 3891). */
  async #resume(saved: SavedCall): Promise<void> {
    const call = this.#add(new Call(false, saved.number, saved.name, this.#callLine(), '', saved));
    const until = saved.leftAt + RESUME_WITHIN_MS;
    if (Date.now() > until || !(await call.open(saved.camera)) || !(await this.#waitForLine(call, until))) {
      return call.fail('not-resumed');
    }
    call.attach(this.#ua!.call(saved.number || this.state.state.number, call.options));
  }

  /** Take the SIP connection over from another tab. */
  async takeOver(): Promise<void> {
    const taken = await this.#tabLock.takeOver();
    // Until the lock arrives, the other tab still has it, but is no longer busy.
    const { otherTab } = this.state.state;
    this.#set({ otherTab: taken ? otherTab && 'free' : 'busy' });
  }

  /** Call a number. Returns the call at once, whatever its outcome. */
  async call(number: string, { video = false, name = '', microphoneFirst = false } = {}): Promise<Call> {
    const call = this.#add(new Call(false, number, name, this.#callLine()));
    await this.#holdOthers(call);
    if (this.#isOffline()) {
      call.fail('line-lost');
      return call;
    }
    const [open] = await Promise.all([call.open(video, microphoneFirst), this.#ensureToken(20)]);
    if (!open) return call;
    await this.#ensureToken(20); // the decision about a missing microphone may take minutes
    if (this.state.state.otherTab) await this.takeOver();
    const connected = await this.#waitForLine(call, Date.now() + CONNECT_TIMEOUT_MS);
    if (call.ended) return call;
    if (!connected || !this.#ua) {
      call.fail(this.state.state.otherTab === 'busy' ? 'other-window' : 'line-lost');
      return call;
    }
    try {
      call.attach(this.#ua.call(number, call.options));
    } catch {
      call.fail('unknown-number');
    }
    return call;
  }

  /** Wait for the SIP connection, which a page that was just loaded or resumed is about to have. */
  async #waitForLine(call: Call, until: number): Promise<boolean> {
    for (; Date.now() < until && !call.ended && !this.#isOffline(); await sleep(50)) {
      const { line, otherTab } = this.state.state;
      if (line === 'ready') return true;
      if (line === 'refused' || otherTab === 'busy') return false;
    }
    return false;
  }

  /** The browser says so, and the connection is lost: it also says so of a network without a way out. */
  #isOffline(): boolean {
    return navigator.onLine === false && this.state.state.line === 'retrying';
  }

  async answer(call: Call, video = false): Promise<void> {
    this.activate(call);
    await this.#holdOthers(call);
    await call.answer(video);
  }

  /** Resume this call and hold the others. */
  async swapTo(call: Call): Promise<void> {
    this.activate(call);
    await this.#holdOthers(call);
    await call.resume();
  }

  activate(call: Call): void {
    this.#set({ active: call });
  }

  /** A call is about to ring, says a push message that the page looked at shows instead of a notification. */
  wake(): void {
    // The other tab has not taken the call: it is frozen.
    if (this.state.state.otherTab && document.hasFocus()) void this.takeOver();
    else this.checkConnection();
  }

  /** The page became visible or the network changed: check the connection. */
  checkConnection(networkChanged = false): void {
    if (!this.#ua) {
      if (this.#started && this.#retryTimer) void this.#open();
      return;
    }
    if (networkChanged) {
      this.suspectNetworkChange();
      this.#quickRetries = 0;
      this.#socket?.fail();
    } else this.#socket?.sendKeepalive();
    this.#connect();
  }

  /** The network is going away, possibly for another. */
  suspectNetworkChange(): void {
    this.#socket?.sendKeepalive(PROBE_TIMEOUT_MS);
    for (const call of this.state.state.calls) call.suspectNetworkChange();
  }

  #connect(): void {
    (this.#ua as unknown as { transport: Transport } | undefined)?.transport.connect();
  }

  /**
   * JsSIP reconnects after one or two seconds: too long during a call, and browsers fail the first attempt in a new
   * network.
   */
  #retryQuickly(): void {
    if (this.#quickRetries >= QUICK_RETRIES || this.state.state.calls.every((each) => each.ended)) return;
    setTimeout(() => this.#connect(), QUICK_RETRY_MS * ++this.#quickRetries);
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#set({ otherTab: undefined, line: this.#failures ? 'retrying' : 'connecting', problem: undefined });
    const generation = this.#generation;
    try {
      const [access, jssip] = await Promise.all([this.options.access(), import('./jssip')]);
      if (generation === this.#generation && !this.#ua) this.#createUserAgent(access, jssip.UA);
    } catch (fault) {
      if (generation === this.#generation) this.#accessRefused(asProblem(fault));
    }
  }

  #accessRefused(problem: Problem): void {
    const transient = problem.offline || problem.status >= 500 || problem.status === 429;
    this.#set({ line: transient ? 'retrying' : 'refused', problem });
    this.#scheduleRetry(() => void this.#open(), transient ? 1 : MAX_RETRY_S);
  }

  /** Retry with exponential back-off; at least `minSeconds` from now. */
  #scheduleRetry(task: () => void, minSeconds = 1): void {
    const seconds = Math.max(minSeconds, Math.min(MAX_RETRY_S, 2 ** this.#failures++));
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(task, seconds * 1000 * (0.8 + 0.4 * Math.random()));
  }

  #createUserAgent(access: SipAccess, Agent: typeof UA): void {
    this.#applyAccess(access);
    this.#socket = new SipSocket(socketUrl(access, location));
    const ua = new Agent({
      sockets: this.#socket as never,
      uri: access.uri,
      display_name: access.name,
      authorization_jwt: `Bearer ${access.bearer}`,
      password: null as never, // no digest: JsSIP then ignores challenges
      instance_id: instanceIdOf(access),
      register: this.options.registers,
      register_expires: REGISTER_EXPIRES_S,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: MAX_RETRY_S,
      user_agent: 'UnifiCX',
    });
    this.#ua = ua;
    ua.on('disconnected', () => {
      if (this.#ua !== ua) return;
      this.#set({ line: 'retrying' });
      for (const call of this.state.state.calls) call.lineLost();
      this.#retryQuickly();
      void this.#ensureToken(TOKEN_MARGIN_S).catch(() => undefined);
    });
    ua.on(this.options.registers ? 'registered' : 'connected', () => this.#registered());
    ua.on('registrationExpiring', () => void this.#register());
    ua.on('registrationFailed', ({ response }) => this.#registrationFailed(response?.status_code));
    ua.on('newRTCSession', ({ originator, session, request }: RTCSessionEvent) => {
      if ((originator as string) === 'remote') this.#incomingCall(session, request as IncomingRequest);
    });
    ua.start();
  }

  #applyAccess(access: SipAccess): void {
    this.#access = access;
    this.#set({ number: access.number, name: access.name });
    this.#ua?.set('authorization_jwt', `Bearer ${access.bearer}`);
    clearTimeout(this.#renewTimer);
    const remainingMs = Date.parse(access.expires) - Date.now() - TOKEN_MARGIN_S * 1000;
    this.#renewTimer = setTimeout(() => void this.#renewAccess().catch(() => undefined), Math.max(10_000, remainingMs));
  }

  /** Fetch a new token; a changed account or device requires a new user agent. */
  async #renewAccess(): Promise<void> {
    const [ua, before] = [this.#ua, this.#access];
    const access = await this.options.access();
    if (!ua || ua !== this.#ua) return;
    const same = access.uri === before?.uri && access.instance_id === before.instance_id;
    if (same) return this.#applyAccess(access);
    void this.#close();
    await this.#open();
  }

  /** Make sure that the token is valid for another `seconds`. */
  async #ensureToken(seconds: number): Promise<void> {
    if (this.#ua && !isValidFor(this.#access, Date.now(), seconds)) await this.#renewAccess().catch(() => undefined);
  }

  async #register(): Promise<void> {
    await this.#ensureToken(TOKEN_MARGIN_S);
    this.#ua?.register();
  }

  #registered(): void {
    const wasRetrying = this.state.state.line === 'retrying';
    this.#failures = this.#quickRetries = 0;
    this.#set({ line: 'ready', problem: undefined });
    for (const task of this.#readyTasks.splice(0)) task();
    if (wasRetrying) for (const call of this.state.state.calls) call.restartIce();
  }

  #registrationFailed(status?: number): void {
    const unauthorized = status === 401 || status === 403 || status === 407;
    this.#set({ line: unauthorized && this.#failures > 2 ? 'refused' : 'retrying' });
    this.#scheduleRetry(
      () => {
        const renewed = unauthorized ? this.#renewAccess().catch(() => undefined) : this.#ensureToken(TOKEN_MARGIN_S);
        void renewed.then(() => this.#ua?.isConnected() && this.#ua.register());
      },
      unauthorized && this.#failures === 0 ? 0 : 1,
    );
  }

  #incomingCall(session: RTCSession, request: IncomingRequest): void {
    const from = session.remote_identity;
    const number = String(from.uri.user ?? '');
    const name = from.display_name === number || number === WITHHELD_NUMBER ? '' : from.display_name;
    const call = new Call(true, number, name, this.#callLine(), request.getHeader(CALL_ID_HEADER));
    call.verification = request.getHeader(VERIFICATION_HEADER) ?? '';
    const others = request.getHeader(CONFERENCE_HEADER);
    if (others !== undefined) call.invitation = { others: Number(others) || 0 };
    const replaced = this.#replacedCall;
    this.#replacedCall = undefined;
    const live = this.state.state.calls.filter((each) => !each.ended);
    if (!replaced && live.length >= MAX_CALLS) return session.terminate({ status_code: 486 });
    call.clickToDial = request.getHeader(ORIGINATION_HEADER) === 'click-to-dial';
    call.shared = request.getHeader(SHARED_HEADER) !== undefined;
    call.showTransferor(readIdentity(request).transferredBy);
    call.attach(session, offersVideo(request.body));
    session.on('replaces', ({ accept }) => {
      this.#replacedCall = call;
      (accept as () => void)();
    });
    this.#add(call);
    if (replaced) void call.answer(replaced.state.state.camera === 'on');
    else if (call.clickToDial && preferences.state.answerClickToDial && live.length === 0) void this.answer(call);
  }

  #add(call: Call): Call {
    let { phase } = call;
    call.state.subscribe(() => {
      const before = phase;
      ({ phase } = call);
      if (phase === 'talking' && before !== phase) this.#holdNewlyAnswered();
      this.#callChanged(call);
    });
    this.state.setState((before) => ({
      ...before,
      calls: [...before.calls, call],
      active: this.#retainedActive(before) ?? call,
    }));
    return call;
  }

  /** The active call, which stays on screen when another arrives. */
  #retainedActive(before: PhoneState): Call | undefined {
    return before.active?.answered ? before.active : undefined;
  }

  #callChanged(call: Call): void {
    if (call.ended) {
      const reason = call.state.state.endReason ?? 'fault';
      const duration = displayDurationMs(reason, call.incoming);
      if (duration !== undefined) setTimeout(() => this.#removeCall(call), duration);
    }
    this.state.setState((before) => ({ ...before, calls: [...before.calls] }));
  }

  /** Remove an ended call from the screen. */
  dismiss(call: Call): void {
    if (call.ended) this.#removeCall(call);
  }

  #removeCall(call: Call): void {
    this.state.setState((before) => {
      const calls = before.calls.filter((each) => each !== call);
      const active = before.active === call ? (calls.find((each) => !each.ended) ?? calls.at(-1)) : before.active;
      return { ...before, calls, active };
    });
  }

  async #holdOthers(call: Call): Promise<void> {
    const others = this.state.state.calls.filter((each) => each !== call && each.phase === 'talking');
    this.activate(call);
    await Promise.all(others.map((each) => each.hold()));
  }

  /** A call answered while another is active is put on hold, so that it cannot listen in. */
  #holdNewlyAnswered(): void {
    const { calls, active } = this.state.state;
    if (active?.phase !== 'talking') return;
    for (const each of calls) if (each !== active && !each.concurrent) void each.hold();
  }

  /** Servers by which a connection finds its way. */
  iceServers(): RTCIceServer[] {
    return toIceServers(this.#access);
  }

  #callLine() {
    return {
      iceServers: () => this.iceServers(),
      isReady: () => this.state.state.line === 'ready',
      probe: () => this.#socket?.sendKeepalive(PROBE_TIMEOUT_MS),
      whenReady: (task: () => void) => {
        if (this.state.state.line === 'ready') task();
        else this.#readyTasks.push(task);
      },
    };
  }

  /**
   * Unregister and close the connection; resolves when the server has confirmed. `lockLost`: send nothing, because the
   * tab that took over is the same device and would be unregistered too.
   */
  #close(lockLost = false): Promise<void> {
    const ua = this.#ua;
    this.#generation += 1;
    if (lockLost) this.#socket?.disconnect();
    clearTimeout(this.#renewTimer);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#ua = this.#access = undefined;
    this.#failures = 0;
    this.#set({ line: 'off' });
    if (!ua) return Promise.resolve();
    if (!this.options.registers) {
      ua.stop();
      return Promise.resolve();
    }
    const unregistered = new Promise<void>((resolve) => ua.on('unregistered', () => resolve()));
    ua.stop();
    return unregistered;
  }

  #set(change: Partial<PhoneState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
