import { Meter, type Reading } from '~/media/meter';

const READ_EVERY = 2000;
/** A connection that is `disconnected` for so long is mended, not waited for. */
const PATIENCE = 1500;
/** So long a mending may take until another is begun, and so long in all. */
const MENDED_WITHIN = 5000;
/** After the other side agreed to another way, it is looked whether that goes. */
const LOOKED_AFTER = 700;
export const GIVEN_UP_AFTER = 30_000;

interface Listener {
  reading: (reading: Reading) => void;
  /** The way of the media is gone: agree on another. Asked again while it stays so. */
  mend: () => Promise<boolean>;
  trouble: (mending: boolean) => void;
  giveUp: () => void;
}

/** Watches over a connection: its figures, and whether media still find their way. */
export class Vitals {
  readonly #meter = new Meter();
  readonly #reading: ReturnType<typeof setInterval>;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #since: number | undefined;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly listener: Listener,
  ) {
    connection.addEventListener('iceconnectionstatechange', this.#look);
    this.#reading = setInterval(() => void this.#read(), READ_EVERY);
  }

  /** Count the way as lost: the network changed, or the browser said so. */
  lost(): void {
    if (this.#since === undefined) {
      this.#since = Date.now();
      this.listener.trouble(true);
    }
    this.#insist();
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
    if (this.#since === undefined) return;
    this.#since = undefined;
    this.listener.trouble(false);
  }

  #insist(): void {
    clearTimeout(this.#waiting);
    if (this.#since === undefined) return;
    if (Date.now() - this.#since > GIVEN_UP_AFTER) return this.listener.giveUp();
    this.#waiting = setTimeout(() => this.#check(), MENDED_WITHIN);
    void this.listener.mend().then((agreed) => {
      if (agreed) setTimeout(() => this.#found() && this.#well(), LOOKED_AFTER);
    });
  }

  #found(): boolean {
    const state = this.connection.iceConnectionState;
    return state === 'connected' || state === 'completed';
  }

  #check(): void {
    if (this.#found()) this.#well();
    else this.#insist();
  }

  async #read(): Promise<void> {
    if (this.connection.connectionState === 'closed') return;
    this.listener.reading(this.#meter.read(await this.connection.getStats()));
  }
}
