import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeAgent, FakeSession } from '../../test/fake-sessions';
import { setPreferences } from '~/core/preferences';
import { Phone } from './phone';
import { eventually } from '../../test/eventually';

const agents = vi.hoisted(() => ({ made: [] as unknown[] }));
vi.mock('jssip', async () => {
  const { FakeAgent: Agent } = await import('../../test/fake-sessions');
  class UA extends Agent {
    constructor() {
      super();
      agents.made.push(this);
    }
  }
  return { UA };
});
vi.mock('./access', () => ({
  fetchSipAccess: () =>
    Promise.resolve({ uri: 'sip:1001@acme.example', expires: new Date(Date.now() + 3.6e6).toJSON() }),
  toIceServers: () => [],
  instanceIdOf: () => '',
  isValidFor: () => true,
  socketUrl: () => 'wss://acme.example/sip',
}));
// jsdom has no audio devices; tab locks are not needed.
vi.mock('./call-environment', () => ({ CallEnvironment: class { start() {} stop() {} } })); // prettier-ignore
vi.stubGlobal('MediaStream', class { addTrack() {} removeTrack() {} }); // prettier-ignore
const track = () => ({ kind: 'audio', enabled: true, stop() {} });
const getUserMedia = () => Promise.resolve({ getTracks: () => [track()] });
vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });

describe('a telephone', () => {
  let phone: Phone;
  let agent: FakeAgent;

  beforeEach(async () => {
    phone = new Phone();
    phone.start();
    agent = (await vi.waitUntil(() => agents.made.pop())) as FakeAgent;
    agent.emit('registered');
  });

  afterEach(() => phone.stop());

  const dials = async (number: string) => {
    const call = await phone.call(number);
    const session = agent.sessions.at(-1)!;
    session.emit('progress', { originator: 'remote', response: { status_code: 180 } });
    return { call, session };
  };
  const rings = (number: string, headers: Record<string, string> = {}) => {
    const all: Record<string, string> = { 'UnifiCX-Call': `id-${number}`, ...headers };
    const session = new FakeSession(number);
    agent.emit('newRTCSession', {
      originator: 'remote',
      session,
      request: { body: '', getHeader: (name: string) => all[name] },
    });
    return { call: phone.state.state.calls.at(-1)!, session };
  };

  it('knows a call by its server id', () => {
    expect(rings('1003').call.serverId).toBe('id-1003');
  });

  it('joins a conference by answering its invitation, without a key', async () => {
    expect(rings('1003').call.invitation).toBeUndefined();
    const { call, session } = rings('1004', { 'UnifiCX-Conference': '2' });
    expect(call.invitation).toEqual({ others: 2 });
    await phone.answer(call);
    expect(session.digits).toEqual([]);
    session.emit('confirmed', { originator: 'remote' });
    expect(session.digits).toEqual(['1']);
  });

  it('picks up by itself after a click to dial, if that was chosen and there is no other call', async () => {
    const clicked = { 'UnifiCX-Origination': 'click-to-dial' };
    expect(rings('1002', clicked).call).toMatchObject({ clickToDial: true, phase: 'incoming' });
    phone.state.state.calls[0]!.decline();
    setPreferences({ answerClickToDial: true });
    const { call } = rings('1003', clicked);
    await eventually(() => expect(call.phase).toBe('talking'));
    expect(rings('1002', clicked).call.phase).toBe('incoming');
    expect(rings('1002').call.phase).toBe('incoming');
    setPreferences({ answerClickToDial: false });
  });

  it('holds a newly answered call while talking in another', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    await phone.answer(second.call);
    expect(second.call.phase).toBe('talking');
    first.session.remoteAnswers();
    await eventually(() => expect(first.session.requests).toEqual(['hold']));
    first.session.emit('hold', { originator: 'local' });
    expect([first.call.phase, second.call.phase, second.session.requests]).toEqual(['held', 'talking', []]);
  });

  it('holds an answered call once another that was being answered is active', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    const answering = phone.answer(second.call);
    first.session.remoteAnswers();
    await answering;
    await eventually(() => expect(first.session.requests).toEqual(['hold']));
    expect(second.session.requests).toEqual([]);
  });

  it('keeps both ends of a test call active', async () => {
    const out = await dials('*44');
    const back = rings('*44');
    out.call.concurrent = back.call.concurrent = true;
    await back.call.answer();
    out.session.remoteAnswers();
    expect([out.session.requests, back.session.requests]).toEqual([[], []]);
    expect([out.call.phase, back.call.phase]).toEqual(['talking', 'talking']);
  });

  it('stays with the dialled call if the other one has ended', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    await phone.answer(second.call);
    second.call.hangUp();
    first.session.remoteAnswers();
    await eventually(() => expect(phone.state.state.active).toBe(first.call));
    expect([first.call.phase, first.session.requests]).toEqual(['talking', []]);
  });

  it('accepts the call that rings again after a lost connection', async () => {
    const first = await dials('1002');
    first.session.remoteAnswers();
    const lost = rings('1003');
    agent.emit('disconnected');
    expect([lost.call.state.state.endReason, lost.session.ended]).toEqual(['line-lost', true]);
    agent.emit('registered');
    const again = rings('1003');
    expect([first.call.phase, again.call.phase, again.session.ended]).toEqual(['talking', 'incoming', false]);
  });
});

describe('a telephone of a second tab', () => {
  const Channel = BroadcastChannel;
  let other: BroadcastChannel;
  const locks = {
    query: () => Promise.resolve({ held: [{ name: 'unificx.line' }] }),
    request: () => new Promise(() => {}),
  };

  beforeEach(() => {
    other = new Channel('unificx.line');
    return () => other.close();
  });

  it('says that there is a call in the first one', async () => {
    other.onmessage = () => other.postMessage('no');
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia }, locks });
    const phone = new Phone();
    phone.start();
    const call = await phone.call('1003');
    expect(call.state.state.endReason).toBe('other-window');
    await phone.stop();
  });

  it('calls once the call in the first one has ended', async () => {
    const locked: (() => unknown)[] = [];
    const request = (_: string, { steal }: LockOptions, acquired: () => unknown) => {
      if (steal) setTimeout(() => locked.push(acquired), 0); // given later, as by browsers
      return new Promise(() => {});
    };
    other.onmessage = () => other.postMessage('no');
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia }, locks: { ...locks, request } });
    const phone = new Phone();
    phone.start();
    const refused = await phone.call('1003');
    expect(refused.state.state.endReason).toBe('other-window');
    other.onmessage = null;
    agents.made.length = 0;
    const again = phone.call('1003');
    (await vi.waitUntil(() => locked.pop(), { timeout: 5000 }))();
    ((await vi.waitUntil(() => agents.made.pop())) as FakeAgent).emit('registered');
    const call = await again;
    expect([call.phase, call.state.state.endReason]).toEqual(['calling', undefined]);
    await phone.stop();
  });

  it('takes a call that the first one does not, if the user looks at it', async () => {
    vi.stubGlobal('BroadcastChannel', undefined); // the first one is frozen
    const steal = vi.fn((_: string, { steal: now }: LockOptions) => (now ? Promise.resolve() : new Promise(() => {})));
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia }, locks: { ...locks, request: steal } });
    const phone = new Phone();
    phone.start();
    await eventually(() => expect(phone.state.state.otherTab).toBe('free'));
    const looked = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    phone.wake();
    looked.mockReturnValue(true);
    phone.wake();
    await eventually(() => expect(steal.mock.calls.map(([, { steal: now }]) => now)).toEqual([undefined, true]));
    await phone.stop();
    vi.stubGlobal('BroadcastChannel', Channel);
  });
});

describe('a telephone whose access arrives late', () => {
  const answers: ((number: string) => void)[] = [];
  const access = () =>
    new Promise<never>((resolve) => {
      const expires = new Date(Date.now() + 3.6e6).toJSON();
      answers.push((number) => resolve({ uri: `sip:${number}@acme.example`, number, expires } as never));
    });
  let phone: Phone;

  beforeEach(() => {
    answers.length = agents.made.length = 0;
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
    phone = new Phone({ access, registers: true });
    phone.start();
    return () => phone.stop();
  });

  it('does not register with that of a user who has left', async () => {
    await phone.stop();
    phone.start();
    answers[0]!('1001');
    answers[1]!('1002');
    await eventually(() => expect(agents.made).toHaveLength(1));
    expect(phone.state.state.number).toBe('1002');
  });

  it('does not renew its registration with that of a user who has left', async () => {
    answers[0]!('1001');
    await eventually(() => expect(agents.made).toHaveLength(1));
    (agents.made[0] as FakeAgent).emit('registrationFailed', { response: { status_code: 401 } });
    await eventually(() => expect(answers).toHaveLength(2)); // after a second
    await phone.stop();
    phone.start();
    answers[2]!('1002');
    await eventually(() => expect(agents.made).toHaveLength(2));
    answers[1]!('1001');
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([phone.state.state.number, agents.made.length]).toEqual(['1002', 2]);
  });
});
