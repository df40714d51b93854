import { describe, expect, it, vi } from 'vitest';
import type { Greeting } from '~/api';
import { Problem } from '~/core/problem';
import { Greetings, type Kind } from './greetings';

function setup() {
  let greetings: Greeting[] = [];
  const put = (kind: Kind, until?: string) =>
    (greetings = [...greetings.filter((each) => each.kind !== kind), { kind, until: until ?? null, seconds: 4 }]);
  const server = {
    listGreetings: vi.fn(async () => ({ data: { items: greetings, next: null } })),
    putGreeting: vi.fn(
      async ({ path, query }: { path: { kind: Kind }; query: { until?: string }; body: Blob }) =>
        void put(path.kind, query.until),
    ),
    putGreetingText: vi.fn(async ({ path }: { path: { kind: Kind } }) => void put(path.kind)),
    deleteGreeting: vi.fn(async ({ path }: { path: { kind: Kind } }) => {
      greetings = greetings.filter((each) => each.kind !== path.kind);
    }),
  };
  const recorded = new Blob(['wav']);
  const take = { stop: vi.fn(async () => recorded), cancel: vi.fn() };
  const begin = vi.fn(async () => take);
  return { greetings: new Greetings('m', 't', server as never, begin), server, take, begin, recorded };
}

describe('the greetings of a mailbox', () => {
  it('are recorded by occasion', async () => {
    const { greetings, server, recorded } = setup();
    await greetings.load();
    expect(greetings.find('busy')).toBeUndefined();
    await greetings.record('busy');
    expect(greetings.state.state.recording).toMatchObject({ kind: 'busy', since: expect.any(Number) });
    await greetings.stop();
    expect(server.putGreeting).toHaveBeenCalledWith({
      path: { mailbox: 'm', kind: 'busy' },
      query: { tenant: 't', until: undefined },
      body: recorded,
    });
    expect(greetings.state.state).toMatchObject({ recording: undefined, busy: false });
    expect(greetings.find('busy')).toEqual({ kind: 'busy', until: null, seconds: 4 });
  });

  it('are uploaded, synthesized and removed, with a new version each time', async () => {
    const { greetings, server } = setup();
    const until = new Date('2026-12-24T12:00:00Z');
    await greetings.upload('temporary', new Blob(), until);
    expect(greetings.find('temporary')?.until).toBe(until.toISOString());
    const { version } = greetings.state.state;
    await greetings.synthesize('no_answer', 'Nobody is here.', 'en');
    expect(server.putGreetingText.mock.lastCall?.[0]).toMatchObject({
      body: { text: 'Nobody is here.', language: 'en' },
    });
    await greetings.remove('temporary');
    expect(greetings.state.state.greetings).toEqual([{ kind: 'no_answer', until: null, seconds: 4 }]);
    expect(greetings.state.state.version).toBe(version + 2);
  });

  it('are not stored when cancelled, nor recorded without a microphone', async () => {
    const { greetings, server, take, begin } = setup();
    await greetings.record('busy');
    greetings.cancel();
    expect(take.cancel).toHaveBeenCalledOnce();
    await greetings.stop();
    expect(server.putGreeting).not.toHaveBeenCalled();
    begin.mockRejectedValueOnce(new Error('no microphone'));
    await greetings.record('busy');
    expect(greetings.state.state).toMatchObject({ recording: undefined, fault: { message: 'no microphone' } });
  });

  it('report refused actions', async () => {
    const { greetings, server } = setup();
    server.putGreeting.mockRejectedValueOnce(new Problem('invalid', 422, 'Nothing can be heard.'));
    expect(await greetings.upload('busy', new Blob())).toBe(false);
    expect(greetings.state.state).toMatchObject({ busy: false, fault: { code: 'invalid' } });
    server.putGreetingText.mockRejectedValueOnce(new Problem('invalid', 422, 'Nothing can be spoken.'));
    expect(await greetings.synthesize('busy', '?', 'en')).toBe(false);
    expect(greetings.state.state).toMatchObject({ fault: undefined, textFault: { code: 'invalid' } });
  });

  it('stay on the device until the server has them', async () => {
    const { greetings, server, take, recorded } = setup();
    await greetings.load();
    server.putGreeting.mockRejectedValueOnce(Problem.unreachable());
    await greetings.record('busy');
    await greetings.stop();
    expect(greetings.state.state).toMatchObject({
      unsaved: { kind: 'busy', body: recorded },
      unsavedFault: { status: 0 },
    });
    await greetings.resume();
    expect(greetings.state.state).toMatchObject({ unsaved: undefined, unsavedFault: undefined, fault: undefined });
    expect(greetings.find('busy')).toBeDefined();
    expect([take.stop, server.putGreeting].map((each) => each.mock.calls.length)).toEqual([1, 2]);
    await greetings.resume();
    expect(server.putGreeting).toHaveBeenCalledTimes(2);
  });

  it('are saved, even if the list is not loaded afterwards', async () => {
    const { greetings, server } = setup();
    await greetings.load();
    server.listGreetings.mockRejectedValueOnce(Problem.unreachable());
    await greetings.record('busy');
    await greetings.stop();
    const saved = { unsaved: undefined, unsavedFault: undefined, busy: false };
    expect(greetings.state.state).toMatchObject({ ...saved, fault: { status: 0 } });
    await greetings.resume();
    expect(server.putGreeting).toHaveBeenCalledOnce();
  });

  it('are not recorded if discarded before the microphone is allowed', async () => {
    const { greetings, take } = setup();
    const beginning = greetings.record('busy');
    greetings.cancel();
    await beginning;
    expect(take.cancel).toHaveBeenCalledOnce();
    expect(greetings.state.state.recording).toBeUndefined();
  });

  it('release the microphone once closed', async () => {
    const { greetings, take } = setup();
    const beginning = greetings.record('busy');
    greetings.close();
    await beginning;
    expect(take.cancel).toHaveBeenCalledOnce();
  });
});
