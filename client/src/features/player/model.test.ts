import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { downsamplePeaks, Playback, SPEEDS, type PlaybackListener } from './model';
import { eventually } from '../../../test/eventually';

function setup(load = async () => new Blob(['wav'])) {
  const asked: string[] = [];
  let listener!: PlaybackListener;
  const onStarted = vi.fn();
  const peaks = vi.fn(async (): Promise<number[]> => []);
  const playback = new Playback(12, {
    load: async () => {
      asked.push('load');
      return load();
    },
    sound: async (_blob, notify) => {
      listener = notify;
      return {
        seconds: 11.5,
        play: async () => {
          asked.push('play');
          notify.playing(true);
        },
        pause: () => {
          asked.push('pause');
          notify.playing(false);
        },
        seek: (seconds) => void asked.push(`seek ${seconds}`),
        setSpeed: (times) => void asked.push(`speed ${times}`),
        close: () => void asked.push('close'),
      };
    },
    peaks,
    onStarted,
  });
  return { playback, asked, begun: onStarted, peaks, listener: () => listener };
}

describe('playback', () => {
  it('loads the sound once, on first play', async () => {
    const { playback, asked, begun } = setup();
    expect(playback.state.state).toMatchObject({ phase: 'idle', seconds: 12 });
    await playback.toggle();
    expect(playback.state.state).toMatchObject({ phase: 'playing', seconds: 11.5 });
    await playback.toggle();
    expect(playback.state.state.phase).toBe('paused');
    await playback.toggle();
    expect(asked).toEqual(['load', 'speed 1', 'play', 'pause', 'play']);
    expect(begun).toHaveBeenCalledOnce();
  });

  it('seeks within its bounds, also before playing', async () => {
    const { playback, asked } = setup();
    await playback.seek(5);
    await playback.seek(99);
    await playback.seek(-1);
    expect(asked).toEqual(['load', 'speed 1', 'seek 5', 'seek 11.5', 'seek 0']);
  });

  it('cycles through the speeds', async () => {
    const { playback } = setup();
    const seen = SPEEDS.map(() => {
      playback.nextSpeed();
      return playback.state.state.speed;
    });
    expect(seen).toEqual([1.25, 1.5, 2, 0.75, 1]);
  });

  it('pauses when another playback starts', async () => {
    const [one, other] = [setup(), setup()];
    await one.playback.toggle();
    await other.playback.toggle();
    expect(one.playback.state.state.phase).toBe('paused');
    expect(other.playback.state.state.phase).toBe('playing');
  });

  it('reports a failure and can be retried', async () => {
    const load = vi.fn().mockRejectedValueOnce(Problem.unreachable()).mockResolvedValue(new Blob());
    const { playback, begun } = setup(load);
    await playback.toggle();
    expect(playback.state.state).toMatchObject({ phase: 'idle', fault: { code: 'unreachable' } });
    expect(begun).not.toHaveBeenCalled();
    await playback.toggle();
    expect(playback.state.state).toMatchObject({ phase: 'playing', fault: undefined });
  });

  it('discards a sound that arrives after closing', async () => {
    const { playback, asked, begun } = setup();
    const playing = playback.toggle();
    playback.close();
    await playing;
    expect(asked).toEqual(['load', 'close']);
    expect(begun).not.toHaveBeenCalled();
  });

  it('shows the waveform once the server has measured it', async () => {
    const { playback, peaks } = setup();
    peaks.mockRejectedValueOnce(Problem.unreachable());
    await playback.loadPeaks();
    expect(playback.state.state.peaks).toEqual([]);
    peaks.mockResolvedValue([0, 100]);
    await playback.toggle();
    await eventually(() => expect(playback.state.state.peaks).toEqual([0, 100]));
    await playback.toggle();
    await playback.toggle();
    expect(peaks).toHaveBeenCalledTimes(2);
  });

  it.each([
    [[1, 5, 2, 3], 2, [5, 3]],
    [[7, 9], 4, [7, 7, 9, 9]],
    [[], 2, [0, 0]],
  ])('%j is reduced to %i bars', (peaks, count, drawn) => {
    expect(downsamplePeaks(peaks, count)).toEqual(drawn);
  });
});
