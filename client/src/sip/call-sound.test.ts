import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setPreferences } from '~/core/preferences';
import { noiseSuppression } from '~/media/noise-suppression';

const made = vi.hoisted(() => ({
  processors: [] as { closed: boolean; sources: unknown[] }[],
  fails: false,
  cannotMix: false,
}));
vi.mock('~/media/sound-processor', () => ({
  SoundProcessor: class {
    track = { enabled: true, id: 'processed' };
    closed = false;
    sources: unknown[] = [];
    constructor() {
      made.processors.push(this);
    }
    connect(microphone: unknown, screen: unknown) {
      if (made.cannotMix) throw new Error('another sample rate');
      this.sources.push([microphone, screen]);
    }
    async suppress(on: boolean) {
      if (made.fails && on) throw new Error('offline');
    }
    close() {
      this.closed = true;
    }
  },
}));

import { CallSound } from './call-sound';

const microphone = { id: 'microphone' } as MediaStreamTrack;
const screen = { id: 'screen' } as MediaStreamTrack;

describe('the sound of a call', () => {
  let sent: string[];
  let ended: boolean;
  const setup = () =>
    new CallSound({
      microphone: () => microphone,
      send: async ({ id }) => void sent.push(id),
      ended: () => ended,
    });

  beforeEach(() => {
    [sent, ended, made.processors, made.fails, made.cannotMix] = [[], false, [], false, false];
    setPreferences({ noiseSuppression: false, screenSound: false });
    noiseSuppression.setState(() => ({ state: 'off' }));
  });

  it('is the microphone itself, until something is wanted', async () => {
    const sound = setup();
    await sound.apply();
    sound.setScreen(screen); // the switch is off
    await sound.apply();
    expect([...new Set(sent)]).toEqual(['microphone']);
    expect(made.processors).toEqual([]);
  });

  it('has no noise while that is wanted, and is the microphone again afterwards', async () => {
    const sound = setup();
    setPreferences({ noiseSuppression: true });
    await sound.apply();
    expect(sent).toEqual(['processed']);
    expect(noiseSuppression.state.state).toBe('on');
    setPreferences({ noiseSuppression: false });
    await sound.apply();
    expect(sent).toEqual(['processed', 'microphone']);
    expect(made.processors.map((each) => each.closed)).toEqual([true]);
    expect(noiseSuppression.state.state).toBe('off');
  });

  it('has the sound of a screen, also with a muted microphone, but not on hold', async () => {
    const sound = setup();
    setPreferences({ screenSound: true });
    sound.setScreen(screen);
    await sound.apply();
    expect(made.processors[0]!.sources.at(-1)).toEqual([microphone, screen]);
    const { track } = made.processors[0] as unknown as { track: { enabled: boolean } };
    sound.setEnabled(false);
    expect(track.enabled).toBe(false);
    sound.setScreen(undefined);
    await sound.apply();
    expect(sent.at(-1)).toBe('microphone');
  });

  it('is the voice as it is if the suppressor cannot be loaded', async () => {
    const sound = setup();
    made.fails = true;
    setPreferences({ noiseSuppression: true });
    await sound.apply();
    expect(noiseSuppression.state.state).toBe('failed');
    expect(sent).toEqual(['processed']); // of the processor, which passes the voice
  });

  it('is the microphone itself if the browser cannot mix it', async () => {
    const sound = setup();
    made.cannotMix = true;
    setPreferences({ noiseSuppression: true });
    await sound.apply();
    expect(noiseSuppression.state.state).toBe('failed');
    expect(sent).toEqual(['microphone']);
    expect(made.processors.map((each) => each.closed)).toEqual([true]);
  });

  it('ends with the call', async () => {
    const sound = setup();
    setPreferences({ noiseSuppression: true });
    const applied = sound.apply();
    ended = true;
    await applied;
    expect(sent).toEqual([]);
    sound.close();
    expect(made.processors.every((each) => each.closed)).toBe(true);
    expect(noiseSuppression.state.state).toBe('off');
  });
});
