import { api, guestClient, type Client, type GuestChange, type GuestMeeting, type GuestVisit } from '~/api';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { openVideos, type Meeting } from '~/features/meeting';
import { Phone, type Call } from '~/sip';

export interface VisitState {
  /** form: before the visit; over: the guest has left, or was disconnected. */
  phase: 'form' | 'joining' | 'lobby' | 'in' | 'over';
  busy: boolean;
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

/** How often the state of the meeting is fetched, milliseconds. */
const POLL_MS = 1_500;

/** One visit of a guest to a meeting: the lobby, the call, and the videos. */
export class Visit {
  readonly state = createStore<VisitState>({ phase: 'form', busy: false });
  #client: Client | undefined;
  #phone: Phone | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #camera = false;

  constructor(private readonly link: string) {}

  /** Ask to join. The guest is in the lobby until a host admits them. */
  async enter({ name, microphone, camera, terms_version, policy_version }: Entry): Promise<void> {
    this.#set({ busy: true, fault: undefined });
    this.#camera = camera;
    try {
      const body = { link: this.link, name, of_age: true, terms_version, policy_version };
      const { data } = await api.enterMeeting({ body });
      await this.#begin(data, microphone);
    } catch (fault) {
      this.#set({ fault: asProblem(fault) });
    } finally {
      this.#set({ busy: false });
    }
  }

  async #begin({ token, room }: GuestVisit, microphone: boolean): Promise<void> {
    const client = (this.#client = guestClient(token));
    const access = async () => (await api.guestSipAccess({ client })).data;
    const { number } = await access();
    const phone = (this.#phone = new Phone({ access, registers: false }));
    this.#set({ phase: 'joining', videos: openVideos(room, () => phone.iceServers(), client) });
    phone.start();
    const call = await phone.call(number);
    if (!microphone) call.mute(true);
    this.#set({ call });
    call.state.subscribe(() => {
      if (call.ended) this.#end();
    });
    if (call.ended) return this.#end();
    void this.#poll();
  }

  /** Leave the meeting, or the lobby. */
  leave(): void {
    const client = this.#client;
    this.#end();
    if (client) void api.leaveMeeting({ client }).catch(() => undefined);
  }

  /** Raise or lower the hand, or show a reaction. */
  async change(change: GuestChange): Promise<void> {
    await api.changeGuest({ client: this.#client, body: change }).catch(() => undefined);
    await this.#fetch();
  }

  async #poll(): Promise<void> {
    await this.#fetch();
    if (this.#client) this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  async #fetch(): Promise<void> {
    const client = this.#client;
    if (!client) return;
    try {
      const { data } = await api.showGuestMeeting({ client });
      if (client !== this.#client) return;
      const entered = data.state === 'in' && this.state.state.phase !== 'in';
      const phase = data.state === 'in' ? 'in' : data.state === 'outside' ? 'joining' : 'lobby';
      this.#set({ meeting: data, phase });
      if (phase === 'in') this.state.state.videos?.handleEvent(data.videos);
      if (entered && this.#camera) void this.state.state.videos?.send('camera', true);
    } catch (fault) {
      if (asProblem(fault).status === 401) this.#end();
    }
  }

  /** The visit is over; a message that the server is playing is heard until it hangs up. */
  #end(): void {
    clearTimeout(this.#timer);
    this.#client = undefined;
    this.state.state.videos?.close();
    void this.#phone?.stop();
    this.#phone = undefined;
    this.#set({ phase: 'over', call: undefined, videos: undefined });
  }

  #set(change: Partial<VisitState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
