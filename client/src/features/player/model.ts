import { createStore } from '~/core/store';
import { asProblem, type Problem } from '~/core/problem';

export interface PlaybackState {
  /** idle: not loaded yet. */
  phase: 'idle' | 'loading' | 'playing' | 'paused';
  /** Position in seconds. */
  position: number;
  /** Length in seconds; from the list until loaded. */
  seconds: number;
  speed: number;
  /** Waveform, 0 to 100; empty until known. */
  peaks: readonly number[];
  fault?: Problem;
}

/** A playable sound. */
export interface Sound {
  readonly seconds: number;
  play(): Promise<void>;
  pause(): void;
  seek(seconds: number): void;
  setSpeed(times: number): void;
  close(): void;
}

/** Playback events of a sound. */
export interface PlaybackListener {
  position(seconds: number): void;
  playing(playing: boolean): void;
}

export interface PlaybackDependencies {
  load(): Promise<Blob>;
  sound(blob: Blob, listener: PlaybackListener): Promise<Sound>;
  /** Waveform measured by the server. */
  peaks(): Promise<readonly number[]>;
  /** First playback. */
  onStarted(): void;
}

export const SPEEDS = [1, 1.25, 1.5, 2, 0.75] as const;

/** Reduce a waveform to `count` bars, each with the maximum of its range. */
export function downsamplePeaks(peaks: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, place) => {
    const from = Math.floor((place * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((place + 1) * peaks.length) / count));
    return Math.max(0, ...peaks.slice(from, to));
  });
}

/** Only one playback is active at a time. */
let activePlayback: Playback | undefined;

/** Playback of one recording: loaded on first play, released on close. */
export class Playback {
  readonly state;
  #sound?: Sound;
  #closed = false;

  constructor(
    seconds: number,
    private readonly dependencies: PlaybackDependencies,
  ) {
    this.state = createStore<PlaybackState>({ phase: 'idle', position: 0, seconds, speed: 1, peaks: [] });
  }

  /** Load the waveform. It is optional, and missing shortly after recording. */
  async loadPeaks(): Promise<void> {
    const peaks = await this.dependencies.peaks().catch(() => []);
    if (!this.#closed) this.#set({ peaks });
  }

  /** Play or pause. */
  async toggle(): Promise<void> {
    const { phase } = this.state.state;
    if (phase === 'playing') return this.pause();
    if (phase === 'loading' || !(await this.#ready()) || this.#closed) return;
    if (activePlayback !== this) activePlayback?.pause();
    activePlayback = this;
    await this.#sound!.play().catch((fault: unknown) => this.#set({ fault: asProblem(fault) }));
  }

  pause(): void {
    this.#sound?.pause();
  }

  /** Seek, in seconds from the beginning. */
  async seek(seconds: number): Promise<void> {
    const position = Math.min(Math.max(0, seconds), this.state.state.seconds);
    this.#set({ position });
    if (await this.#ready()) this.#sound?.seek(position);
  }

  /** Switch to the next speed, wrapping around. */
  nextSpeed(): void {
    const next = SPEEDS[(SPEEDS.indexOf(this.state.state.speed as 1) + 1) % SPEEDS.length]!;
    this.#set({ speed: next });
    this.#sound?.setSpeed(next);
  }

  close(): void {
    this.#closed = true;
    if (activePlayback === this) activePlayback = undefined;
    this.#sound?.close();
    this.#sound = undefined;
  }

  /** Load the sound; false on failure, with the error in the state. */
  async #ready(): Promise<boolean> {
    if (this.#sound) return true;
    if (this.state.state.phase === 'loading') return false;
    this.#set({ phase: 'loading', fault: undefined });
    try {
      const sound = await this.dependencies.sound(await this.dependencies.load(), {
        position: (position) => this.#set({ position }),
        playing: (yes) => this.#set({ phase: yes ? 'playing' : 'paused' }),
      });
      if (this.#closed) {
        sound.close();
        return false;
      }
      this.#sound = sound;
      sound.setSpeed(this.state.state.speed);
      // Recordings of browsers have no length in their header.
      const seconds = Number.isFinite(sound.seconds) ? sound.seconds : this.state.state.seconds;
      this.#set({ phase: 'paused', seconds });
      if (this.state.state.peaks.length === 0) void this.loadPeaks();
      this.dependencies.onStarted();
      return true;
    } catch (fault) {
      this.#set({ phase: 'idle', fault: asProblem(fault) });
      return false;
    }
  }

  #set(change: Partial<PlaybackState>): void {
    this.state.setState((before) => ({ ...before, ...change }));
  }
}
