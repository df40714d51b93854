import { Meter, type MeterReading } from '~/media/meter';
import { KeepAlive } from './keep-alive';

const READ_INTERVAL_MS = 500;
/** Figures change every so many readings: faster nobody reads them. */
const READINGS_PER_UPDATE = 4;
/** After so many readings in a row without a sign of life the server is asked for one, and after so many the way is lost. */
export const PROBE_AFTER = 2;
export const LOST_AFTER = 6;
/** The same where the network is another one: no more is needed. */
const LOST_AFTER_IN_DOUBT = 1;
/** A connection that is `disconnected` for so long is mended, not waited for. */
const DISCONNECTED_GRACE_MS = 500;
/** So long a mending may take until another is begun, and so long in all; what is lost soon after one was begun waits for that. */
const RESTART_TIMEOUT_MS = 5000;
const MIN_RESTART_INTERVAL_MS = 2000;
/** Where silence means nothing: after the other side agreed to another way, it is looked whether that goes. */
const RECHECK_MS = 700;
export const GIVE_UP_AFTER_MS = 30_000;

/** doubtful: the network is another one, or about to be, and whether the way leads there as well is to be seen. */
export type MediaPath = 'connected' | 'suspect' | 'lost';

interface IceMonitorListener {
  reading: (reading: MeterReading) => void;
  /** Nothing comes any more: see whether the server is there. */
  probe: () => void;
  /** The way of the media is gone: agree on another. Asked again while it stays so. */
  restartIce: () => Promise<boolean>;
  pathChanged: (pathChanged: MediaPath) => void;
  giveUp: () => void;
}

/** Watches over a connection: its figures, and whether media still find their way. */
export class IceMonitor {
  readonly #meter = new Meter();
  readonly #keepAlive = new KeepAlive();
  readonly #readTimer: ReturnType<typeof setInterval>;
  #readings = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lostSince: number | undefined;
  #path: MediaPath = 'connected';
  #suspect = false;
  #renegotiated = false;
  #lastRestart = -Infinity;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly listener: IceMonitorListener,
  ) {
    connection.addEventListener('iceconnectionstatechange', this.#onIceState);
    this.#readTimer = setInterval(() => void this.#read(), READ_INTERVAL_MS);
  }

  /** The network is another one, or about to be: until a way is agreed on and brings something, the next silence is a loss. */
  suspectNetworkChange(): void {
    this.#suspect = true;
    this.#renegotiated = false;
    this.#notify();
  }

  /** The server is reached again: agree on a way anew, lost or not. */
  renegotiate(): void {
    if (this.#lostSince !== undefined) this.#restartUntilConnected();
    else void this.#restart();
  }

  /** Count the way as lost: nothing comes over it, or the browser said so. */
  markLost(): void {
    this.#lostSince ??= Date.now();
    this.#notify();
    const delay = this.#lastRestart + MIN_RESTART_INTERVAL_MS - Date.now();
    if (delay <= 0) return this.#restartUntilConnected();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#restartUntilConnected(), delay);
  }

  close(): void {
    this.connection.removeEventListener('iceconnectionstatechange', this.#onIceState);
    clearInterval(this.#readTimer);
    clearTimeout(this.#timer);
  }

  readonly #onIceState = (): void => {
    const state = this.connection.iceConnectionState;
    if (this.#isConnected()) this.#markConnected();
    else if (state === 'failed') this.markLost();
    else if (state === 'disconnected' && this.#lostSince === undefined) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.markLost(), DISCONNECTED_GRACE_MS);
    }
  };

  #markConnected(): void {
    clearTimeout(this.#timer);
    this.#lostSince = undefined;
    if (this.#renegotiated) this.#suspect = false;
    this.#notify();
  }

  #notify(): void {
    const path = this.#lostSince !== undefined ? 'lost' : this.#suspect ? 'suspect' : 'connected';
    if (path !== this.#path) this.listener.pathChanged((this.#path = path));
  }

  #restartUntilConnected(): void {
    clearTimeout(this.#timer);
    if (this.#lostSince === undefined) return;
    if (Date.now() - this.#lostSince > GIVE_UP_AFTER_MS) return this.listener.giveUp();
    this.#timer = setTimeout(() => this.#check(), RESTART_TIMEOUT_MS);
    void this.#restart().then((agreed) => {
      if (agreed && !this.#keepAlive.conclusive)
        setTimeout(() => this.#isConnected() && this.#markConnected(), RECHECK_MS);
    });
  }

  async #restart(): Promise<boolean> {
    this.#lastRestart = Date.now();
    const agreed = await this.listener.restartIce();
    this.#renegotiated = true;
    return agreed;
  }

  #isConnected(): boolean {
    const state = this.connection.iceConnectionState;
    return state === 'connected' || state === 'completed';
  }

  #check(): void {
    if (this.#isConnected() && !this.#keepAlive.conclusive) this.#markConnected();
    else this.#restartUntilConnected();
  }

  async #read(): Promise<void> {
    if (this.connection.connectionState === 'closed') return;
    const report = await this.connection.getStats();
    if (this.#readings++ % READINGS_PER_UPDATE === 0) this.listener.reading(this.#meter.read(report));
    this.#keepAlive.read(report);
    const { silentReadings, conclusive } = this.#keepAlive;
    if (silentReadings === 0) this.#markConnected();
    if (!conclusive || this.#lostSince !== undefined) return;
    if (silentReadings === PROBE_AFTER) this.listener.probe();
    if (silentReadings >= (this.#suspect ? LOST_AFTER_IN_DOUBT : LOST_AFTER)) this.markLost();
  }
}
