import { api, guestClient, type Client, type GuestChange, type GuestMeeting } from '~/api';
import type { Events, ServerEvents } from '~/api/events';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { Captions } from '~/features/captions';
import { openVideos, type Meeting } from '~/features/meeting';
import { Phone, type Call } from '~/sip';
import { guestEvents } from './guest-events';
import { storeVisit, type RunningVisit } from './stored-visit';

/** left: by the guest; locked: not let in; ended: removed or refused by a host, or the meeting is over. */
export type EndOfVisit = 'left' | 'locked' | 'ended' | 'disconnected';

export interface VisitState {
  /** form: before the visit; over: the guest has left, or was disconnected. */
  phase: 'form' | 'joining' | 'lobby' | 'in' | 'over';
  busy: boolean;
  /** Why the visit is over. */
  end?: EndOfVisit;
  /** Why the link or the name was refused. */
  fault?: Problem;
  /** From the first answer of the server. */
  meeting?: GuestMeeting;
  call?: Call;
  videos?: Meeting;
}

export interface Entry {
  name: string;
  microphone: boolean;
  camera: boolean;
  terms_version: string;
  policy_version: string;
}

/** The meeting is fetched at most this often, milliseconds, however often it changes. */
const FETCH_INTERVAL_MS = 1_000;

/** One visit of a guest to a meeting: the lobby, the call, and the videos. */
export class Visit {
  readonly state = createStore<VisitState>({ phase: 'form', busy: false });
  readonly captions = new Captions();
  #client: Client | undefined;
  #phone: Phone | undefined;
  #events: Events | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #fetchedAt = -Infinity;
  /** The room of the videos: that of the meeting, or a breakout room of it. */
  #room: string | undefined;
  /** Mark of the meeting that is fetched, or about to be. */
  #listed: string | undefined;
  /** The visit as a reload of the page continues it. */
  #visit: RunningVisit | undefined;

  constructor(private readonly link: string) {
    storeVisit({ link });
  }

  /** Ask to join. The guest is in the lobby until a host admits them. */
  async enter({ name, microphone, camera, terms_version, policy_version }: Entry): Promise<void> {
    this.#set({ busy: true, fault: undefined });
    try {
      const body = { link: this.link, name, of_age: true, terms_version, policy_version };
      const { token, room, expires } = (await api.enterMeeting({ body })).data;
      const visit = { token, room, expires, microphone, camera };
      storeVisit({ link: this.link, visit });
      await this.#begin(visit);
    } catch (fault) {
      this.#set({ fault: asProblem(fault) });
    } finally {
      this.#set({ busy: false });
    }
  }

  /** Continue a visit after a reload of the page; back to the form if it is over. */
  async resume(visit: RunningVisit): Promise<void> {
    storeVisit({ link: this.link, visit });
    this.#set({ phase: 'joining' });
    try {
      await this.#begin(visit);
    } catch (fault) {
      const problem = asProblem(fault);
      this.#stop();
      if (problem.status === 401) storeVisit({ link: this.link });
      this.#set({ phase: 'form', fault: problem.status === 401 ? undefined : problem });
    }
  }

  async #begin(visit: RunningVisit): Promise<void> {
    const { token, microphone } = visit;
    const client = (this.#client = guestClient(token));
    this.#visit = visit;
    const access = async () => (await api.guestSipAccess({ client })).data;
    const { number } = await access();
    if (client !== this.#client) return; // left meanwhile
    const phone = (this.#phone = new Phone({ access, registers: false }));
    this.#openVideos(visit.room);
    this.#set({ phase: 'joining' });
    phone.start();
    const call = await phone.call(number);
    if (!microphone) call.mute(true);
    this.#set({ call });
    call.state.subscribe(({ muted }) => {
      if (call.ended) void this.#callEnded();
      else this.#remember({ microphone: !muted });
    });
    if (call.ended) return this.#callEnded();
    const events = (this.#events = guestEvents(token, () => this.#check()));
    events.on('meeting', (event) => this.#handleEvent(event));
    events.on('caption', (event) => this.captions.handle(event));
    events.onConnected(() => this.#changed());
    events.start();
  }

  /** Leave the meeting, or the lobby. */
  leave(): void {
    const client = this.#client;
    if (!client) return;
    this.#end('left');
    void api.leaveMeeting({ client }).catch(() => undefined);
  }

  /** Raise or lower the hand, or show a reaction. */
  async change(change: GuestChange): Promise<void> {
    await api.changeGuest({ client: this.#client, body: change }).catch(() => undefined);
    await this.#fetch();
  }

  /** Answer the question whether the guest agrees to be recorded. */
  answer(agrees: boolean): void {
    this.state.state.call?.sendDtmf(agrees ? '1' : '2');
  }

  /** Take part in the videos of a room; a camera that is on in the room before is on in this one. */
  #openVideos(room: string): void {
    if (this.#room === room) return;
    this.#room = room;
    const { videos: before } = this.state.state;
    const wasOn = before !== undefined && before.state.state.camera !== 'off';
    before?.close();
    const videos = openVideos(room, {
      iceServers: () => this.#phone!.iceServers(),
      call: () => this.state.state.call,
      client: this.#client,
    });
    this.#set({ videos });
    if (wasOn) void videos.send('camera', true);
    let sent = wasOn;
    videos.state.subscribe(({ own, camera }) => {
      if (camera !== 'starting' && sent !== Boolean(own.camera) && this.state.state.videos === videos)
        this.#remember({ camera: (sent = !sent) });
    });
  }

  #remember(change: Partial<RunningVisit>): void {
    if (!this.#client || !this.#visit) return;
    this.#visit = { ...this.#visit, ...change };
    storeVisit({ link: this.link, visit: this.#visit });
  }

  /** Show the content of the event, and fetch the meeting if it has changed otherwise. */
  #handleEvent({ roster, speaking, raised_hand: raised, reactions = {}, videos }: ServerEvents['meeting']): void {
    const { meeting } = this.state.state;
    if (meeting && raised && this.state.state.phase === 'in') {
      const participants = meeting.participants.map((each) => ({
        ...each,
        speaking: each.id === speaking,
        hand: raised.includes(each.id),
        reaction: reactions[each.id] ?? null,
      }));
      this.#set({ meeting: { ...meeting, participants } });
      this.#remember({ hand: participants.some((each) => each.own && each.hand) });
      if (videos) this.state.state.videos?.handleEvent(videos);
    }
    if (roster !== undefined && roster === this.#listed) return;
    this.#listed = roster;
    this.#changed();
  }

  #changed(): void {
    if (this.#timer !== undefined) return;
    const delay = Math.max(0, this.#fetchedAt + FETCH_INTERVAL_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#fetch();
    }, delay);
  }

  async #check(): Promise<'valid' | 'ended' | 'unreachable'> {
    const status = await this.#fetch();
    if (!this.#client) return 'ended';
    return status === undefined ? 'valid' : 'unreachable';
  }

  /** Fetch the meeting. Returns the status of the error, if there is one; 0 without an answer. */
  async #fetch(): Promise<number | undefined> {
    const client = this.#client;
    if (!client) return undefined;
    this.#fetchedAt = performance.now();
    try {
      const { data } = await api.showGuestMeeting({ client });
      if (client !== this.#client) return undefined;
      const entered = data.state === 'in' && this.state.state.phase !== 'in';
      const phase = data.state === 'in' ? 'in' : data.state === 'outside' ? 'joining' : 'lobby';
      this.#openVideos(data.room);
      this.#set({ meeting: data, phase });
      if (phase === 'in') this.state.state.videos?.handleEvent(data.videos);
      if (entered) this.#restore();
      else if (phase === 'in') this.#remember({ hand: data.participants.some((each) => each.own && each.hand) });
      return undefined;
    } catch (fault) {
      const { status } = asProblem(fault);
      this.#listed = undefined;
      if (status === 401 && client === this.#client) this.#end('ended');
      return status;
    }
  }

  /** Switch on what was on before the reload of the page. */
  #restore(): void {
    if (this.#visit?.camera) void this.state.state.videos?.send('camera', true);
    if (this.#visit?.hand) void this.change({ hand: true });
  }

  /** The server has ended the call, or the connection is lost: find out why. */
  async #callEnded(): Promise<void> {
    if (!this.#client) return;
    const wasIn = this.state.state.phase === 'in';
    await this.#fetch();
    if (this.#client) this.#end(!wasIn && this.state.state.meeting?.locked ? 'locked' : 'disconnected');
  }

  #end(end: EndOfVisit): void {
    this.#stop();
    storeVisit({ link: this.link });
    this.#set({ phase: 'over', end, call: undefined, videos: undefined });
  }

  /** Release everything; a message that the server is playing is heard until it hangs up. */
  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#client = undefined;
    this.#events?.stop();
    this.#events = undefined;
    this.state.state.videos?.close();
    this.#room = undefined;
    void this.#phone?.stop();
    this.#phone = undefined;
  }

  #set(change: Partial<VisitState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
