import { describe, expect, it, vi } from 'vitest';
import type { CallRecording } from '~/api';
import { Problem } from '~/core/problem';
import { CallRecordings, recordingOf, type RecordingCommand } from './recording';
import { eventually } from '../../../test/eventually';

function setup() {
  let now = { call_id: 'c', state: 'none', begun: null, end: null, allowed: true, directs: false } as CallRecording;
  const parts = {
    show: vi.fn(async () => now),
    change: vi.fn(async (_call: string, wanted: RecordingCommand) => {
      now = {
        ...now,
        state: wanted === 'stopped' ? 'ended' : 'announced',
        begun: 'demand',
        directs: true,
        allowed: wanted === 'stopped',
      };
      return now;
    }),
  };
  const recording = new CallRecordings(parts);
  const server = (change: Partial<CallRecording>) => (now = { ...now, ...change });
  return { recording, parts, server, shown: () => recording.state.state.c };
}

describe('the recording of a call', () => {
  it('is shown from the announcement to the end of the call', () => {
    const { recording, shown } = setup();
    for (const state of ['announced', 'recording', 'paused'] as const) {
      recording.handleEvent({ call: 'c', state });
      expect(shown()).toMatchObject({ state });
    }
    recording.handleEvent({ call: 'another', state: 'ended' });
    expect(shown()?.state).toBe('paused');
    recording.handleEvent({ call: 'c', state: 'ended' });
    expect(recording.state.state).toEqual({});
  });

  it('can be started where allowed, controlled and stopped', async () => {
    const { recording, parts, shown } = setup();
    await recording.refresh('c');
    expect(shown()).toMatchObject({ state: 'none', allowed: true });
    const asked = recording.request('c', 'recording');
    expect(shown()?.state).toBe('asking');
    await asked;
    expect(shown()).toMatchObject({ state: 'announced', allowed: false, directs: true, automatic: false });
    recording.handleEvent({ call: 'c', state: 'recording' });
    await recording.request('c', 'stopped');
    expect(parts.change).toHaveBeenLastCalledWith('c', 'stopped');
    expect(shown()).toMatchObject({ state: 'none', allowed: true, end: undefined });
  });

  it('that no participant requested is marked as automatic', async () => {
    const { recording, server, shown } = setup();
    server({ state: 'announced', begun: 'automatic', allowed: false });
    recording.handleEvent({ call: 'c', state: 'announced' });
    await eventually(() => expect(shown()?.automatic).toBe(true));
  });

  it('reports why there is none until dismissed', async () => {
    const { recording, server, shown } = setup();
    server({ state: 'ended', end: 'refused', allowed: false });
    recording.handleEvent({ call: 'c', state: 'ended', end: 'refused' });
    await eventually(() => expect(shown()?.allowed).toBe(false));
    expect(shown()).toMatchObject({ state: 'none', end: 'refused' });
    recording.dismiss('c');
    expect(shown()?.end).toBeUndefined();
  });

  it('reports a refused action and keeps its state', async () => {
    const { recording, parts, shown } = setup();
    parts.change.mockRejectedValue(new Problem('forbidden', 403, 'No.'));
    await recording.refresh('c');
    await recording.request('c', 'recording');
    expect(shown()).toMatchObject({ state: 'none', allowed: true, refused: { code: 'forbidden' } });
    recording.handleEvent({ call: 'c', state: 'recording' });
    expect(shown()?.refused).toBeUndefined();
    await recording.request('c', 'stopped');
    expect(shown()).toMatchObject({ state: 'recording', refused: { code: 'forbidden' } });
  });

  it('is refetched after missed events', async () => {
    const { recording, parts, server, shown } = setup();
    server({ state: 'recording', begun: 'automatic' });
    await recording.refreshAll(['c']);
    expect(shown()).toMatchObject({ state: 'recording', automatic: true });
    parts.show.mockRejectedValueOnce(Problem.unreachable());
    await recording.refreshAll([]);
    expect(shown()?.state).toBe('recording');
    parts.show.mockRejectedValueOnce(new Problem('not_found', 404, 'There is no such call.'));
    await recording.refreshAll([]);
    expect(recording.state.state).toEqual({});
  });

  it('is not overwritten by a response older than the last event', async () => {
    const { recording, parts, server, shown } = setup();
    server({ state: 'announced' });
    let answer: () => void = () => undefined;
    const late = { ...(await parts.show()) };
    parts.show.mockReturnValueOnce(new Promise((done) => (answer = () => done(late))));
    const looked = recording.refresh('c');
    server({ state: 'paused' });
    recording.handleEvent({ call: 'c', state: 'paused' });
    answer();
    await looked;
    expect(shown()?.state).toBe('paused');
  });

  it('is matched to its call, or to the only candidate', () => {
    const all = { a: { state: 'recording' }, b: { state: 'none' } } as const;
    expect(recordingOf(all, 'a', ['a', 'b'])?.id).toBe('a');
    expect(recordingOf(all, 'b', ['a', 'b'])).toEqual({ id: 'b', now: { state: 'none' } });
    expect(recordingOf(all, undefined, ['b'])?.id).toBe('a');
    expect(recordingOf(all, undefined, ['a'])).toBeUndefined();
  });
});
