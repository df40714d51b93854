import { Meter, type Reading } from '~/media/meter';
import { Pulse } from './pulse';

const READ_EVERY = 500;
/** Figures change every so many readings: faster nobody reads them. */
const SHOWN_EVERY = 4;
/** After so many readings in a row without a sign of life the server is asked for one, and after so many the way is lost. */
export const ASKED_AFTER = 2;
export const DEAF_AFTER = 6;
/** The same where the network is another one: no more is needed. */
const DEAF_IN_DOUBT = 1;
/** A connection that is `disconnected` for so long is mended, not waited for. */
const PATIENCE = 500;
/** So long a mending may take until another is begun, and so long in all; what is lost soon after one was begun waits for that. */
const MENDED_WITHIN = 5000;
const SOON = 2000;
/** Where silence means nothing: after the other side agreed to another way, it is looked whether that goes. */
const LOOKED_AFTER = 700;
export const GIVEN_UP_AFTER = 30_000;

/** doubtful: the network is another one, or about to be, and whether the way leads there as well is to be seen. */
export type Way = 'found' | 'doubtful' | 'lost';

interface Listener {
  reading: (reading: Reading) => void;
  /** Nothing comes any more: see whether the server is there. */
  ask: () => void;
  /** The way of the media is gone: agree on another. Asked again while it stays so. */
  mend: () => Promise<boolean>;
  way: (way: Way) => void;
  giveUp: () => void;
}

/** Watches over a connection: its figures, and whether media still find their way. */
export class Vitals {
  readonly #meter = new Meter();
  readonly #pulse = new Pulse();
  readonly #reading: ReturnType<typeof setInterval>;
  #readings = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #since: number | undefined;
  #way: Way = 'found';
  #doubted = false;
  #settled = false;
  #asked = -Infinity;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly listener: Listener,
  ) {
    connection.addEventListener('iceconnectionstatechange', this.#look);
    this.#reading = setInterval(() => void this.#read(), READ_EVERY);
  }

  /** The network is another one, or about to be: until a way is agreed on and brings something, the next silence is a loss. */
  doubt(): void {
    this.#doubted = true;
    this.#settled = false;
    this.#tell();
  }

  /** The server is reached again: agree on a way anew, lost or not. */
  renew(): void {
    if (this.#since !== undefined) this.#insist();
    else void this.#mend();
  }

  /** Count the way as lost: nothing comes over it, or the browser said so. */
  lost(): void {
    this.#since ??= Date.now();
    this.#tell();
    const pause = this.#asked + SOON - Date.now();
    if (pause <= 0) return this.#insist();
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#insist(), pause);
  }

  close(): void {
    this.connection.removeEventListener('iceconnectionstatechange', this.#look);
    clearInterval(this.#reading);
    clearTimeout(this.#waiting);
  }

  readonly #look = (): void => {
    const state = this.connection.iceConnectionState;
    if (this.#found()) this.#well();
    else if (state === 'failed') this.lost();
    else if (state === 'disconnected' && this.#since === undefined) {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => this.lost(), PATIENCE);
    }
  };

  #well(): void {
    clearTimeout(this.#waiting);
    this.#since = undefined;
    if (this.#settled) this.#doubted = false;
    this.#tell();
  }

  #tell(): void {
    const way = this.#since !== undefined ? 'lost' : this.#doubted ? 'doubtful' : 'found';
    if (way !== this.#way) this.listener.way((this.#way = way));
  }

  #insist(): void {
    clearTimeout(this.#waiting);
    if (this.#since === undefined) return;
    if (Date.now() - this.#since > GIVEN_UP_AFTER) return this.listener.giveUp();
    this.#waiting = setTimeout(() => this.#check(), MENDED_WITHIN);
    void this.#mend().then((agreed) => {
      if (agreed && !this.#pulse.certain) setTimeout(() => this.#found() && this.#well(), LOOKED_AFTER);
    });
  }

  async #mend(): Promise<boolean> {
    this.#asked = Date.now();
    const agreed = await this.listener.mend();
    this.#settled = true;
    return agreed;
  }

  #found(): boolean {
    const state = this.connection.iceConnectionState;
    return state === 'connected' || state === 'completed';
  }

  #check(): void {
    if (this.#found() && !this.#pulse.certain) this.#well();
    else this.#insist();
  }

  async #read(): Promise<void> {
    if (this.connection.connectionState === 'closed') return;
    const report = await this.connection.getStats();
    if (this.#readings++ % SHOWN_EVERY === 0) this.listener.reading(this.#meter.read(report));
    this.#pulse.read(report);
    const { silent, certain } = this.#pulse;
    if (silent === 0) this.#well();
    if (!certain || this.#since !== undefined) return;
    if (silent === ASKED_AFTER) this.listener.ask();
    if (silent >= (this.#doubted ? DEAF_IN_DOUBT : DEAF_AFTER)) this.lost();
  }
}
