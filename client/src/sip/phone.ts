import type { UA } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { IncomingRequest } from 'jssip/lib/SIPMessage';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import { onLeaving } from '~/api/session';
import { asProblem, type Problem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';
import { askSipAccess, iceServersOf, instanceOf, lasts, socketUrl, type SipAccess } from './access';
import { Call } from './call';
import { offersVideo } from './description';
import { shownFor } from './endings';
import { Line } from './line';
import { LineSocket } from './socket';
import { Surroundings } from './surroundings';

export interface PhoneState {
  /** ready: calls come in and go out; retrying: the server is not reached, it is tried again; refused: it will not have us. */
  line: 'off' | 'connecting' | 'ready' | 'retrying' | 'refused';
  /** Another tab of this browser holds the line; `busy` if it would not let it go, a call going on there. */
  elsewhere?: 'free' | 'busy';
  problem?: Problem;
  /** Who this telephone is. */
  number: string;
  name: string;
  /** The first is the oldest. Ended ones stay for as long as their end is shown. */
  calls: Call[];
  /** Which of them is on the screen. */
  active?: Call;
}

interface Transport {
  connect(): void;
}

const REGISTERED_FOR = 600;
/** The bearer is renewed when it lasts no longer than so, seconds. */
const RENEWED_BEFORE = 75;
/** Back-off of what JsSIP does not try again itself: 1, 2, 4 … seconds. */
const LONGEST_PAUSE = 30;
/** While somebody talks so many tries come sooner: after 0.2, 0.4, 0.6 … seconds. Milliseconds. */
const QUICK_TRIES = 5;
const QUICK_PAUSE = 200;
/** So long the server has for a sign of life when nothing is heard. Milliseconds. */
const HEARD_WITHIN = 1500;
const MOST_CALLS = 2;
/** The header in which the server names a call by its own id. */
const WHICH = 'UnifiCX-Call';
/** So long, in milliseconds, a call waits for the line. */
const CONNECTED_WITHIN = 8000;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const BEGIN: PhoneState = { line: 'off', number: '', name: '', calls: [] };

/** The telephone of this browser: one line, its calls. */
export class Phone {
  readonly state = createStore<PhoneState>(BEGIN);
  readonly #line = new Line({
    taken: () => void this.#open(),
    lost: () => void this.#close(true),
    elsewhere: () => this.#set({ line: 'off', elsewhere: 'free' }),
    busy: () => this.state.state.calls.some((each) => !each.over),
  });
  readonly #surroundings = new Surroundings(this);
  #started = false;
  #access: SipAccess | undefined;
  #ua: UA | undefined;
  #socket: LineSocket | undefined;
  #renewing: ReturnType<typeof setTimeout> | undefined;
  #retrying: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #quickTries = 0;
  #waiting: (() => void)[] = [];
  #replaced: Call | undefined;

  /** Be reachable, from sign-in on. More than once does no harm. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    onLeaving(() => this.stop());
    this.#surroundings.begin();
    void this.#line.take();
  }

  /** Hang up, sign off, be silent. */
  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    this.#surroundings.end();
    for (const call of this.state.state.calls) call.hangUp();
    const gone = this.#close();
    this.#line.release();
    this.state.setState(() => BEGIN);
    await Promise.race([gone, sleep(800)]);
  }

  /** Take the line from the tab that holds it. */
  async takeOver(): Promise<void> {
    if (!(await this.#line.takeOver())) this.#set({ elsewhere: 'busy' });
  }

  /** Call a number. The call is there at once, whatever becomes of it. */
  async call(number: string, { video = false, name = '' } = {}): Promise<Call> {
    const call = this.#add(new Call(false, number, name, this.#lineOf()));
    await this.#holdOthers(call);
    const [open] = await Promise.all([call.open(video), this.#fresh(20)]);
    if (!open) return call;
    const reached = await this.#reached(call);
    if (call.over) return call;
    if (!reached || !this.#ua) {
      call.fail('line-lost');
      return call;
    }
    try {
      call.attach(this.#ua.call(number, call.options));
    } catch {
      call.fail('unknown-number');
    }
    return call;
  }

  /** Wait for the line a little: a telephone that just woke is about to have it, one in another tab can fetch it. */
  async #reached(call: Call): Promise<boolean> {
    if (this.state.state.elsewhere) await this.takeOver();
    for (const until = Date.now() + CONNECTED_WITHIN; Date.now() < until && !call.over; await sleep(50)) {
      const { line, elsewhere } = this.state.state;
      if (line === 'ready') return true;
      if (line === 'refused' || elsewhere === 'busy') return false;
    }
    return false;
  }

  async answer(call: Call, video = false): Promise<void> {
    this.show(call);
    await this.#holdOthers(call);
    await call.answer(video);
  }

  /** Talk with this one, hold the others. */
  async swapTo(call: Call): Promise<void> {
    this.show(call);
    await this.#holdOthers(call);
    await call.resume();
  }

  show(call: Call): void {
    this.#set({ active: call });
  }

  /** The page came back, or the network is another: see whether the server is still there. */
  nudge(changed = false): void {
    if (!this.#ua) {
      if (this.#started && this.#retrying) void this.#open();
      return;
    }
    if (changed) {
      this.doubt();
      this.#quickTries = 0;
      this.#socket?.drop();
    } else this.#socket?.ask();
    this.#connect();
  }

  /** The network goes away, perhaps for another. */
  doubt(): void {
    for (const call of this.state.state.calls) call.doubt();
  }

  #connect(): void {
    (this.#ua as unknown as { transport: Transport } | undefined)?.transport.connect();
  }

  /** JsSIP tries again after a second or two: too long for who talks, and browsers refuse the first try in a new network. */
  #hurry(): void {
    if (this.#quickTries >= QUICK_TRIES || this.state.state.calls.every((each) => each.over)) return;
    setTimeout(() => this.#connect(), QUICK_PAUSE * ++this.#quickTries);
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retrying);
    this.#retrying = undefined;
    this.#set({ elsewhere: undefined, line: this.#failures ? 'retrying' : 'connecting', problem: undefined });
    try {
      const [access, jssip] = await Promise.all([askSipAccess(), import('jssip')]);
      if (this.#started && !this.#ua) this.#build(access, jssip.UA);
    } catch (fault) {
      this.#refused(asProblem(fault));
    }
  }

  #refused(problem: Problem): void {
    if (!this.#started) return;
    const later = problem.offline || problem.status >= 500 || problem.status === 429;
    this.#set({ line: later ? 'retrying' : 'refused', problem });
    this.#again(() => void this.#open(), later ? 1 : LONGEST_PAUSE);
  }

  /** Try again: at first soon, then seldomer; at least `least` seconds from now. */
  #again(task: () => void, least = 1): void {
    const pause = Math.max(least, Math.min(LONGEST_PAUSE, 2 ** this.#failures++));
    clearTimeout(this.#retrying);
    this.#retrying = setTimeout(task, pause * 1000 * (0.8 + 0.4 * Math.random()));
  }

  #build(access: SipAccess, Agent: typeof UA): void {
    this.#admit(access);
    this.#socket = new LineSocket(socketUrl(access, location));
    const ua = new Agent({
      sockets: this.#socket as never,
      uri: access.uri,
      display_name: access.name,
      authorization_jwt: `Bearer ${access.bearer}`,
      password: null as never, // JsSIP answers no challenge then: the bearer is all there is.
      instance_id: instanceOf(access),
      register_expires: REGISTERED_FOR,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: LONGEST_PAUSE,
      user_agent: 'UnifiCX',
    });
    this.#ua = ua;
    ua.on('disconnected', () => {
      if (this.#ua !== ua) return;
      this.#set({ line: 'retrying' });
      for (const call of this.state.state.calls) call.lineLost();
      this.#hurry();
      void this.#fresh(RENEWED_BEFORE).catch(() => undefined);
    });
    ua.on('registered', () => this.#registered());
    ua.on('registrationExpiring', () => void this.#register());
    ua.on('registrationFailed', ({ response }) => this.#notRegistered(response?.status_code));
    ua.on('newRTCSession', ({ originator, session, request }: RTCSessionEvent) => {
      if ((originator as string) === 'remote') this.#rings(session, request as IncomingRequest);
    });
    ua.start();
  }

  #admit(access: SipAccess): void {
    this.#access = access;
    this.#set({ number: access.number, name: access.name });
    this.#ua?.set('authorization_jwt', `Bearer ${access.bearer}`);
    clearTimeout(this.#renewing);
    const left = Date.parse(access.expires) - Date.now() - RENEWED_BEFORE * 1000;
    this.#renewing = setTimeout(() => void this.#renew().catch(() => undefined), Math.max(10_000, left));
  }

  /** Ask for a new bearer; another account or device than before makes another telephone. */
  async #renew(): Promise<void> {
    const before = this.#access;
    const access = await askSipAccess();
    if (!this.#ua) return;
    const same = access.uri === before?.uri && access.instance_id === before.instance_id;
    if (same) return this.#admit(access);
    void this.#close();
    await this.#open();
  }

  /** See to it that the bearer lasts for another `seconds`. */
  async #fresh(seconds: number): Promise<void> {
    if (this.#ua && !lasts(this.#access, Date.now(), seconds)) await this.#renew().catch(() => undefined);
  }

  async #register(): Promise<void> {
    await this.#fresh(RENEWED_BEFORE);
    this.#ua?.register();
  }

  #registered(): void {
    const away = this.state.state.line === 'retrying';
    this.#failures = this.#quickTries = 0;
    this.#set({ line: 'ready', problem: undefined });
    for (const task of this.#waiting.splice(0)) task();
    if (away) for (const call of this.state.state.calls) call.mend();
  }

  #notRegistered(status?: number): void {
    const unproven = status === 401 || status === 403 || status === 407;
    this.#set({ line: unproven && this.#failures > 2 ? 'refused' : 'retrying' });
    this.#again(
      () => {
        const renewed = unproven ? this.#renew().catch(() => undefined) : this.#fresh(RENEWED_BEFORE);
        void renewed.then(() => this.#ua?.isConnected() && this.#ua.register());
      },
      unproven && this.#failures === 0 ? 0 : 1,
    );
  }

  #rings(session: RTCSession, request: IncomingRequest): void {
    const from = session.remote_identity;
    const number = String(from.uri.user ?? '');
    const name = from.display_name === number ? '' : from.display_name;
    const call = new Call(true, number, name, this.#lineOf(), request.getHeader(WHICH));
    const replaced = this.#replaced;
    this.#replaced = undefined;
    const live = this.state.state.calls.filter((each) => !each.over);
    if (!replaced && live.length >= MOST_CALLS) return session.terminate({ status_code: 486 });
    call.attach(session, offersVideo(request.body));
    session.on('replaces', ({ accept }) => {
      this.#replaced = call;
      (accept as () => void)();
    });
    this.#add(call);
    if (replaced) void call.answer(replaced.state.state.camera === 'on');
  }

  #add(call: Call): Call {
    let { phase } = call;
    call.state.subscribe(() => {
      const before = phase;
      ({ phase } = call);
      if (phase === 'talking' && before !== phase) this.#keepApart();
      this.#changed(call);
    });
    this.state.setState((before) => ({
      ...before,
      calls: [...before.calls, call],
      active: this.#stays(before) ?? call,
    }));
    return call;
  }

  /** The call that keeps the screen when another comes. */
  #stays(before: PhoneState): Call | undefined {
    return before.active?.answered ? before.active : undefined;
  }

  #changed(call: Call): void {
    if (call.over) {
      const ending = call.state.state.ending ?? 'fault';
      setTimeout(() => this.#drop(call), shownFor(ending));
    }
    this.state.setState((before) => ({ ...before, calls: [...before.calls] }));
  }

  /** Take an ended call off the screen. */
  dismiss(call: Call): void {
    if (call.over) this.#drop(call);
  }

  #drop(call: Call): void {
    this.state.setState((before) => {
      const calls = before.calls.filter((each) => each !== call);
      const active = before.active === call ? (calls.find((each) => !each.over) ?? calls.at(-1)) : before.active;
      return { ...before, calls, active };
    });
  }

  async #holdOthers(call: Call): Promise<void> {
    const others = this.state.state.calls.filter((each) => each !== call && each.phase === 'talking');
    this.show(call);
    await Promise.all(others.map((each) => each.hold()));
  }

  /** Whoever picks up while one talks with another waits, and is not to overhear it. */
  #keepApart(): void {
    const { calls, active } = this.state.state;
    if (active?.phase !== 'talking') return;
    for (const each of calls) if (each !== active && !each.beside) void each.hold();
  }

  #lineOf() {
    return {
      iceServers: () => iceServersOf(this.#access),
      isReady: () => this.state.state.line === 'ready',
      ask: () => this.#socket?.ask(HEARD_WITHIN),
      whenReady: (task: () => void) => {
        if (this.state.state.line === 'ready') task();
        else this.#waiting.push(task);
      },
    };
  }

  /**
   * Sign off and let the connection go; resolves when the server has heard of it. `taken`: not a word to the server, for whom
   * this tab and the one that took the line are one device: it would sign that one off.
   */
  #close(taken = false): Promise<void> {
    const ua = this.#ua;
    if (taken) this.#socket?.disconnect();
    clearTimeout(this.#renewing);
    clearTimeout(this.#retrying);
    this.#retrying = undefined;
    this.#ua = this.#access = undefined;
    this.#failures = 0;
    this.#set({ line: 'off' });
    if (!ua) return Promise.resolve();
    const gone = new Promise<void>((resolve) => ua.on('unregistered', () => resolve()));
    ua.stop();
    return gone;
  }

  #set(change: Partial<PhoneState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
