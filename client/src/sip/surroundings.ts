import { bindKeys } from '~/media/keys';
import { shake, stayAwake } from '~/media/screen';
import { play, type TuneName } from '~/media/tones';
import { preferences } from '~/kernel/preferences';
import type { Call } from './call';
import type { Phone } from './phone';

/** What is to be heard of calls, apart from voices. */
export function tuneFor(calls: readonly Call[]): TuneName | undefined {
  const incoming = calls.some((each) => each.phase === 'incoming' && !each.state.state.answering);
  const talking = calls.some((each) => each.phase === 'talking');
  if (incoming) return talking ? 'waiting' : 'ringtone';
  if (talking) return undefined;
  if (calls.some((each) => each.phase === 'ringing' && !each.state.state.earlyMedia)) return 'ringback';
  const last = calls.at(-1)?.state.state.ending;
  return last === 'busy' ? 'busy' : undefined;
}

/** Sounds, the lit screen, the keys of headsets, and the world outside the page, as the calls need them. */
export class Surroundings {
  #tune: { name: TuneName; stop: () => void } | undefined;
  #awake: (() => void) | undefined;
  #keys: { call: Call; free: () => void } | undefined;
  #network = connection()?.type;
  #following: { unsubscribe: () => void } | undefined;

  constructor(private readonly phone: Phone) {}

  begin(): void {
    this.#following = this.phone.state.subscribe(() => this.#follow());
    window.addEventListener('online', this.#changed);
    window.addEventListener('offline', this.#offline);
    window.addEventListener('pagehide', this.#leaving);
    document.addEventListener('visibilitychange', this.#doubtful);
    connection()?.addEventListener('change', this.#perhapsChanged);
  }

  end(): void {
    this.#following?.unsubscribe();
    this.#sound(undefined);
    this.#lit(false);
    this.#bind(undefined);
    window.removeEventListener('online', this.#changed);
    window.removeEventListener('offline', this.#offline);
    window.removeEventListener('pagehide', this.#leaving);
    document.removeEventListener('visibilitychange', this.#doubtful);
    connection()?.removeEventListener('change', this.#perhapsChanged);
  }

  readonly #changed = (): void => this.phone.nudge(true);

  readonly #offline = (): void => {
    this.phone.doubt();
    this.#doubtful();
  };

  /** Browsers tell of every new estimate of speed as well: another kind of network is another network. */
  readonly #perhapsChanged = (): void => {
    const kind = connection()?.type;
    if (kind === this.#network) return;
    this.#network = kind;
    this.phone.nudge(true);
  };

  readonly #doubtful = (): void => {
    if (document.visibilityState === 'visible') this.phone.nudge();
  };

  /** The page goes, and its calls cannot outlive it: who is at the other end is not to listen to nothing. */
  readonly #leaving = (): void => {
    for (const call of this.phone.state.state.calls) call.hangUp();
  };

  #follow(): void {
    const { calls, active } = this.phone.state.state;
    this.#sound(tuneFor(calls));
    this.#lit(calls.some((each) => !each.over));
    this.#bind(active?.answered ? active : undefined);
  }

  #sound(name: TuneName | undefined): void {
    const silent = name === 'ringtone' && !preferences.state.ringtone;
    const wanted = silent ? undefined : name;
    if (this.#tune?.name === wanted) return;
    this.#tune?.stop();
    this.#tune = undefined;
    if (!wanted) return;
    const stops = [play(wanted), ...(wanted === 'ringtone' ? [shake()] : [])];
    this.#tune = { name: wanted, stop: () => stops.forEach((stop) => stop()) };
  }

  #lit(on: boolean): void {
    if (on === Boolean(this.#awake)) return;
    this.#awake?.();
    this.#awake = on ? stayAwake() : undefined;
  }

  #bind(call: Call | undefined): void {
    if (this.#keys?.call === call) return;
    this.#keys?.free();
    const keys = call && {
      hangUp: () => call.hangUp(),
      toggleMute: () => call.mute(),
      toggleCamera: () => void call.video(call.state.state.camera !== 'on'),
    };
    this.#keys = call && keys && { call, free: bindKeys(keys) };
  }
}

/** Where a browser tells of a change from one network to another. */
function connection(): (EventTarget & { type?: string }) | undefined {
  return (navigator as { connection?: EventTarget }).connection;
}
