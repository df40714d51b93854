import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeAgent, FakeSession } from '../../test/fake-sessions';
import { Phone } from './phone';

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
// jsdom has neither loudspeakers nor microphones, and a lock would be another tab's.
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
  const rings = (number: string) => {
    const session = new FakeSession(number);
    agent.emit('newRTCSession', {
      originator: 'remote',
      session,
      request: { body: '', getHeader: () => `id-${number}` },
    });
    return { call: phone.state.state.calls.at(-1)!, session };
  };

  it('knows a call by the id the server has of it', () => {
    expect(rings('1003').call.serverId).toBe('id-1003');
  });

  it('lets whoever picks up wait while one talks with another', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    await phone.answer(second.call);
    expect(second.call.phase).toBe('talking');
    first.session.remoteAnswers();
    await vi.waitFor(() => expect(first.session.requests).toEqual(['hold']));
    first.session.emit('hold', { originator: 'local' });
    expect([first.call.phase, second.call.phase, second.session.requests]).toEqual(['held', 'talking', []]);
  });

  it('lets whoever picked up while another was being answered wait once that one talks', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    const answering = phone.answer(second.call);
    first.session.remoteAnswers();
    await answering;
    await vi.waitFor(() => expect(first.session.requests).toEqual(['hold']));
    expect(second.session.requests).toEqual([]);
  });

  it('lets both ends of a test call talk', async () => {
    const out = await dials('*44');
    const back = rings('*44');
    out.call.concurrent = back.call.concurrent = true;
    await back.call.answer();
    out.session.remoteAnswers();
    expect([out.session.requests, back.session.requests]).toEqual([[], []]);
    expect([out.call.phase, back.call.phase]).toEqual(['talking', 'talking']);
  });

  it('talks with whom it called if the other one has gone', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    await phone.answer(second.call);
    second.call.hangUp();
    first.session.remoteAnswers();
    await vi.waitFor(() => expect(phone.state.state.active).toBe(first.call));
    expect([first.call.phase, first.session.requests]).toEqual(['talking', []]);
  });

  it('has room for the call that rings anew after its connection was lost', async () => {
    const first = await dials('1002');
    first.session.remoteAnswers();
    const lost = rings('1003');
    agent.emit('disconnected');
    expect([lost.call.state.state.endReason, lost.session.ended]).toEqual(['line-lost', true]);
    agent.emit('registered');
    const anew = rings('1003');
    expect([first.call.phase, anew.call.phase, anew.session.ended]).toEqual(['talking', 'incoming', false]);
  });
});
