import { Meter, type MeterReading } from '~/media/meter';
import { KeepAlive } from './keep-alive';

const READ_INTERVAL_MS = 500;
/** Statistics are shown every this many readings. */
const READINGS_PER_UPDATE = 4;
/** Silent readings after which the server is probed, and after which the path counts as lost. */
const PROBE_AFTER = 2;
export const LOST_AFTER = 6;
/** The same after a suspected network change. */
const LOST_AFTER_IN_DOUBT = 1;
/** A `disconnected` connection is restarted after this time. */
const DISCONNECTED_GRACE_MS = 500;
/** Time limit of one restart and of all; a loss shortly after a restart waits for it. */
const RESTART_TIMEOUT_MS = 5000;
const MIN_RESTART_INTERVAL_MS = 2000;
/** Where silence is inconclusive: check the ICE state this long after the remote party has agreed. */
const RECHECK_MS = 700;
export const GIVE_UP_AFTER_MS = 30_000;

/** suspect: the network has changed or is about to, and the path may not work there. */
export type MediaPath = 'connected' | 'suspect' | 'lost';

interface IceMonitorListener {
  reading: (reading: MeterReading) => void;
  /** No media arrives: check whether the server is reachable. */
  probe: () => void;
  /** The media path is lost: restart ICE. Repeated while lost. */
  restartIce: () => Promise<boolean>;
  pathChanged: (pathChanged: MediaPath) => void;
  giveUp: () => void;
}

/** Monitors a connection: statistics and the media path. */
export class IceMonitor {
  readonly #meter = new Meter();
  readonly #keepAlive = new KeepAlive();
  readonly #readTimer: ReturnType<typeof setInterval>;
  #readings = 0;
  /** Defined while the path is disconnected or lost. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lostSince: number | undefined;
  #path: MediaPath = 'connected';
  #suspect = false;
  #renegotiated = false;
  #lastRestart = -Infinity;
  /** Until then the path of the remote party's last offer may still be established. */
  #awaitedUntil = -Infinity;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly listener: IceMonitorListener,
  ) {
    connection.addEventListener('iceconnectionstatechange', this.#onIceState);
    this.#readTimer = setInterval(() => void this.#read(), READ_INTERVAL_MS);
  }

  /**
   * The network has changed or is about to: until a renegotiated path carries media, one silent reading counts as a
   * loss, and no path that was offered in the network before is waited for.
   */
  suspectNetworkChange(): void {
    this.#suspect = true;
    this.#renegotiated = false;
    this.#awaitedUntil = -Infinity;
    this.#notify();
  }

  /** A renegotiation has begun, after which other media may arrive. */
  mediaChanged(): void {
    this.#meter.restart();
  }

  /** The remote party has made an offer, after which media may take another path: wait for that one. */
  remoteOffered(): void {
    this.#keepAlive.restart();
    this.#awaitedUntil = Date.now() + RESTART_TIMEOUT_MS;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    const restart = () => (this.#lostSince === undefined ? this.markLost() : this.#check());
    this.#timer = setTimeout(restart, RESTART_TIMEOUT_MS);
  }

  /** The server is reached again: renegotiate, whether lost or not. */
  renegotiate(): void {
    if (this.#lostSince !== undefined) this.#restartUntilConnected();
    else void this.#restart();
  }

  /** Count the path as lost: no media arrives, or the browser reported failure. */
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
      const delay = Math.max(DISCONNECTED_GRACE_MS, this.#awaitedUntil - Date.now());
      this.#timer = setTimeout(() => this.markLost(), delay);
    }
  };

  #markConnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
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
    if (Date.now() < this.#awaitedUntil) return;
    if (silentReadings >= (this.#suspect ? LOST_AFTER_IN_DOUBT : LOST_AFTER)) this.markLost();
  }
}
