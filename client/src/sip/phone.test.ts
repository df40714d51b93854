import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeAgent, FakeSession } from '../../test/sessions';
import { Phone } from './phone';

const agents = vi.hoisted(() => ({ made: [] as unknown[] }));
vi.mock('jssip', async () => {
  const { FakeAgent: Agent } = await import('../../test/sessions');
  class UA extends Agent {
    constructor() {
      super();
      agents.made.push(this);
    }
  }
  return { UA };
});
vi.mock('./access', () => ({
  askSipAccess: () => Promise.resolve({ uri: 'sip:1001@acme.example', expires: new Date(Date.now() + 3.6e6).toJSON() }),
  iceServersOf: () => [],
  instanceOf: () => '',
  lasts: () => true,
  socketUrl: () => 'wss://acme.example/sip',
}));
// jsdom has neither loudspeakers nor microphones, and a lock would be another tab's.
vi.mock('./surroundings', () => ({ Surroundings: class { begin() {} end() {} } })); // prettier-ignore
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
    agent.say('registered');
  });

  afterEach(() => phone.stop());

  const dials = async (number: string) => {
    const call = await phone.call(number);
    const session = agent.called.at(-1)!;
    session.say('progress', { originator: 'remote', response: { status_code: 180 } });
    return { call, session };
  };
  const rings = (number: string) => {
    const session = new FakeSession(number);
    agent.say('newRTCSession', {
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
    first.session.answerUp();
    await vi.waitFor(() => expect(first.session.asked).toEqual(['hold']));
    first.session.say('hold', { originator: 'local' });
    expect([first.call.phase, second.call.phase, second.session.asked]).toEqual(['held', 'talking', []]);
  });

  it('lets whoever picked up while another was being answered wait once that one talks', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    const answering = phone.answer(second.call);
    first.session.answerUp();
    await answering;
    await vi.waitFor(() => expect(first.session.asked).toEqual(['hold']));
    expect(second.session.asked).toEqual([]);
  });

  it('lets both ends of a test call talk', async () => {
    const out = await dials('*44');
    const back = rings('*44');
    out.call.beside = back.call.beside = true;
    await back.call.answer();
    out.session.answerUp();
    expect([out.session.asked, back.session.asked]).toEqual([[], []]);
    expect([out.call.phase, back.call.phase]).toEqual(['talking', 'talking']);
  });

  it('talks with whom it called if the other one has gone', async () => {
    const first = await dials('1002');
    const second = rings('1003');
    await phone.answer(second.call);
    second.call.hangUp();
    first.session.answerUp();
    await vi.waitFor(() => expect(phone.state.state.active).toBe(first.call));
    expect([first.call.phase, first.session.asked]).toEqual(['talking', []]);
  });

  it('has room for the call that rings anew after its connection was lost', async () => {
    const first = await dials('1002');
    first.session.answerUp();
    const lost = rings('1003');
    agent.say('disconnected');
    expect([lost.call.state.state.ending, lost.session.ended]).toEqual(['line-lost', true]);
    agent.say('registered');
    const anew = rings('1003');
    expect([first.call.phase, anew.call.phase, anew.session.ended]).toEqual(['talking', 'incoming', false]);
  });
});
