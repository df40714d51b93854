import { bindMediaSession, showMediaSession } from '~/media/media-session';
import { vibrate, keepScreenOn } from '~/media/screen';
import { playTone, type ToneName } from '~/media/tones';
import { preferences } from '~/core/preferences';
import type { Call } from './call';
import type { Phone } from './phone';

/** The tone to play for the current calls. */
export function toneFor(calls: readonly Call[]): ToneName | undefined {
  const incoming = calls.find((each) => each.phase === 'incoming' && !each.state.state.answering);
  const talking = calls.some((each) => each.phase === 'talking');
  if (incoming) return talking ? 'waiting' : incoming.clickToDial ? 'pickup' : 'ringtone';
  if (talking) return undefined;
  if (calls.some((each) => each.phase === 'ringing' && !each.state.state.earlyMedia)) return 'ringback';
  const last = calls.at(-1)?.state.state.endReason;
  return last === 'busy' ? 'busy' : undefined;
}

/** Tones, wake lock, media keys and network events, driven by the calls. */
export class CallEnvironment {
  #tone: { name: ToneName; stop: () => void } | undefined;
  #releaseWakeLock: (() => void) | undefined;
  #mediaSession: { call: Call; unbind: () => void } | undefined;
  #networkType = networkInformation()?.type;
  #subscription: { unsubscribe: () => void } | undefined;

  constructor(private readonly phone: Phone) {}

  start(): void {
    this.#subscription = this.phone.state.subscribe(() => this.#update());
    window.addEventListener('online', this.#networkChanged);
    window.addEventListener('offline', this.#onOffline);
    window.addEventListener('beforeunload', this.#onBeforeUnload);
    window.addEventListener('pagehide', this.#onPageHide);
    window.addEventListener('pageshow', this.#onPageShow);
    document.addEventListener('visibilitychange', this.#onVisibilityChange);
    networkInformation()?.addEventListener('change', this.#onConnectionChange);
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#setTone(undefined);
    this.#setWakeLock(false);
    this.#bindMediaSession(undefined);
    window.removeEventListener('online', this.#networkChanged);
    window.removeEventListener('offline', this.#onOffline);
    window.removeEventListener('beforeunload', this.#onBeforeUnload);
    window.removeEventListener('pagehide', this.#onPageHide);
    window.removeEventListener('pageshow', this.#onPageShow);
    document.removeEventListener('visibilitychange', this.#onVisibilityChange);
    networkInformation()?.removeEventListener('change', this.#onConnectionChange);
  }

  readonly #networkChanged = (): void => this.phone.checkConnection(true);

  readonly #onOffline = (): void => {
    this.phone.suspectNetworkChange();
    this.#onVisibilityChange();
  };

  /** Browsers also fire this for bandwidth estimates: only a different type means another network. */
  readonly #onConnectionChange = (): void => {
    const kind = networkInformation()?.type;
    if (kind === this.#networkType) return;
    this.#networkType = kind;
    this.phone.checkConnection(true);
  };

  readonly #onVisibilityChange = (): void => {
    if (document.visibilityState === 'visible') this.phone.checkConnection();
  };

  /** Ask before a page with a call is left. */
  readonly #onBeforeUnload = (event: BeforeUnloadEvent): void => {
    if (this.phone.state.state.calls.some((each) => !each.ended && each.phase !== 'incoming')) event.preventDefault();
  };

  readonly #onPageHide = (): void => this.phone.leavePage();

  /** A page restored from the back-forward cache has lost its connections. */
  readonly #onPageShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) location.reload();
  };

  #update(): void {
    const { calls, active } = this.phone.state.state;
    this.#setTone(toneFor(calls));
    this.#setWakeLock(calls.some((each) => !each.ended));
    this.#bindMediaSession(active?.answered ? active : undefined);
  }

  #setTone(name: ToneName | undefined): void {
    const silent = name === 'ringtone' && !preferences.state.ringtone;
    const wanted = silent ? undefined : name;
    if (this.#tone?.name === wanted) return;
    this.#tone?.stop();
    this.#tone = undefined;
    if (!wanted) return;
    const stops = [playTone(wanted), ...(wanted === 'ringtone' ? [vibrate()] : [])];
    this.#tone = { name: wanted, stop: () => stops.forEach((stop) => stop()) };
  }

  #setWakeLock(on: boolean): void {
    if (on === Boolean(this.#releaseWakeLock)) return;
    this.#releaseWakeLock?.();
    this.#releaseWakeLock = on ? keepScreenOn() : undefined;
  }

  #bindMediaSession(call: Call | undefined): void {
    if (call) showMediaSession(call.name || call.number);
    if (this.#mediaSession?.call === call) return;
    this.#mediaSession?.unbind();
    const handlers = call && {
      hangUp: () => call.hangUp(),
      toggleMute: () => call.mute(),
      toggleCamera: () => void call.setVideo(call.state.state.camera !== 'on'),
    };
    this.#mediaSession = call && handlers && { call, unbind: bindMediaSession(handlers) };
  }
}

/** Network Information API, where available. */
function networkInformation(): (EventTarget & { type?: string }) | undefined {
  return (navigator as { connection?: EventTarget }).connection;
}
