import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSession } from '../../test/fake-sessions';
import { preferences } from '~/core/preferences';
import { Call } from './call';
import { toneFor } from './call-environment';
import { eventually } from '../../test/eventually';

// jsdom has no media; none is inspected here.
vi.stubGlobal(
  'MediaStream',
  class {
    addTrack() {}
    removeTrack() {}
    getTracks() {
      return [];
    }
  },
);

const line = {
  iceServers: () => [],
  isReady: () => true,
  whenReady: (task: () => void) => task(),
  probe: () => undefined,
};

describe('a call', () => {
  let fake: FakeSession;

  beforeEach(() => {
    fake = new FakeSession();
  });

  const outgoing = () => {
    const call = new Call(false, '1002', 'Ada Example', line);
    call.attach(fake.session);
    return call;
  };
  const incoming = () => {
    const call = new Call(true, '1002', '', line);
    call.attach(fake.session, true);
    return call;
  };

  it('goes from calling over ringing to talking, and ends', () => {
    const call = outgoing();
    expect(call.phase).toBe('calling');
    fake.emit('progress', { originator: 'remote', response: { status_code: 180 } });
    expect(call.phase).toBe('ringing');
    expect(toneFor([call])).toBe('ringback');
    fake.remoteAnswers();
    expect(call.phase).toBe('talking');
    expect(call.state.state.since).toBeDefined();
    expect(toneFor([call])).toBeUndefined();
    fake.emit('ended', { originator: 'remote', cause: 'Terminated' });
    expect(call.state.state).toMatchObject({ phase: 'ended', endReason: 'hung-up' });
  });

  it('plays no local ringback with early media', () => {
    const call = outgoing();
    fake.emit('progress', { originator: 'remote', response: { status_code: 183, body: 'v=0' } });
    expect(call.state.state.earlyMedia).toBe(true);
    expect(toneFor([call])).toBeUndefined();
  });

  const asserted = (address: string, more: Record<string, string> = {}) => {
    const headers: Record<string, string> = { 'P-Asserted-Identity': address, ...more };
    return { getHeader: (name: string) => headers[name] };
  };

  it('names the party that a transfer connected, and the transferor for five seconds', () => {
    vi.useFakeTimers();
    const call = outgoing();
    fake.remoteAnswers();
    const request = asserted('"Carol Example" <sip:1003@acme.example>', {
      'Referred-By': '"Ada Example" <sip:1002@acme.example>',
    });
    fake.emit('reinvite', { request });
    expect([call.name, call.number]).toEqual(['Carol Example', '1003']);
    expect(call.state.state.transferredBy).toBe('Ada Example');
    vi.advanceTimersByTime(4_900);
    fake.emit('update', { request }); // the same name again
    expect(call.state.state.transferredBy).toBe('Ada Example');
    vi.advanceTimersByTime(200);
    expect(call.state.state.transferredBy).toBeUndefined();
    fake.emit('reinvite', { request: { getHeader: () => undefined } }); // hold
    expect(call.name).toBe('Carol Example');
    vi.useRealTimers();
  });

  it('says that the mailbox answered, and the person again later', () => {
    const call = outgoing();
    const response = asserted('"Ada Example\'s voicemail" <sip:1002@acme.example>', {
      'UnifiCX-Answered-By': 'voicemail',
    });
    fake.emit('accepted', { originator: 'remote', response });
    expect(call.state.state).toMatchObject({ voicemail: true, remote: { name: 'Ada Example', number: '1002' } });
    fake.emit('update', { request: asserted('"Ada Example" <sip:1002@acme.example>') });
    expect(call.state.state.voicemail).toBe(false);
  });

  it('says that calls outside are not set up', () => {
    const call = outgoing();
    const getHeader = () => 'Q.850;cause=3;text="Calls outside are not set up"';
    fake.emit('failed', { originator: 'remote', cause: 'Not Found', message: { status_code: 404, getHeader } });
    expect(call.state.state.endReason).toBe('no-outside-line');
  });

  it.each([
    [403, 21, 'carrier-refused'],
    [500, 38, 'carrier-unavailable'],
    [403, 57, 'not-allowed'],
  ])('tells a refusal of the carrier from one of a rule: %i, cause %i', (status, cause, endReason) => {
    const call = outgoing();
    const getHeader = () => `Q.850;cause=${cause};text="Text"`;
    fake.emit('failed', { originator: 'remote', cause: 'Rejected', message: { status_code: status, getHeader } });
    expect(call.state.state.endReason).toBe(endReason);
  });

  it('rings with another tone when its user has clicked to dial', () => {
    const call = incoming();
    call.clickToDial = true;
    expect(toneFor([call])).toBe('pickup');
  });

  it('reports why it failed', () => {
    const call = outgoing();
    fake.emit('failed', { originator: 'remote', cause: 'Busy', message: { status_code: 486 } });
    expect(call.state.state).toMatchObject({ phase: 'ended', endReason: 'busy' });
    expect(toneFor([call])).toBe('busy');
  });

  it('rings and reports an answer elsewhere', () => {
    const call = incoming();
    expect(call.state.state).toMatchObject({ phase: 'incoming', offersVideo: true });
    expect(toneFor([call])).toBe('ringtone');
    const getHeader = () => 'SIP;cause=200;text="Call completed elsewhere"';
    fake.emit('failed', { originator: 'remote', cause: 'Canceled', message: { getHeader } });
    expect(call.state.state.endReason).toBe('elsewhere');
  });

  it('is declined with 603 and ends at once', () => {
    const call = incoming();
    call.decline();
    expect(call.state.state.endReason).toBe('declined-here');
    expect(fake.terminations).toEqual([{ status_code: 603, reason_phrase: 'Decline' }]);
  });

  it('is forwarded by the server and ends without a word, or rings on if that is refused', async () => {
    const call = incoming();
    await expect(call.forward(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(call.phase).toBe('incoming');
    const getHeader = () => 'SIP;cause=200;text="Call completed elsewhere"';
    await call.forward(async () => {
      fake.emit('failed', { originator: 'remote', cause: 'Canceled', message: { getHeader } });
    });
    expect(call.state.state.endReason).toBe('declined-here');
    const other = incoming();
    await other.forward(async () => undefined);
    expect([other.state.state.endReason, fake.terminations]).toEqual(['declined-here', []]);
  });

  it('stops ringing when its connection is lost', async () => {
    const call = incoming();
    call.lineLost();
    expect([call.state.state.endReason, fake.ended]).toEqual(['line-lost', true]);
    await call.answer();
    expect(call.state.state.answering).toBe(false);
    expect(toneFor([call])).toBeUndefined();
  });

  it('survives a lost connection once answered, or while calling', () => {
    for (const call of [outgoing(), incoming()]) {
      fake.remoteAnswers();
      call.lineLost();
      expect(call.phase).toBe('talking');
    }
    const calling = outgoing();
    calling.lineLost();
    expect([calling.phase, fake.ended]).toEqual(['calling', false]);
  });

  it('is offered on hold after a reload during a hold', async () => {
    const before = outgoing();
    fake.remoteAnswers();
    fake.emit('hold', { originator: 'local' });
    const saved = before.save();

    fake = new FakeSession();
    const call = new Call(false, '1002', 'Ada Example', line, '', saved);
    call.attach(fake.session);
    const offer = { originator: 'local', type: 'offer', sdp: 'a=sendrecv' };
    fake.emit('sdp', offer);
    expect(offer.sdp).toContain('a=sendonly');
    fake.remoteAnswers();
    expect([call.phase, fake._localHold, fake.requests]).toEqual(['held', true, []]);
    void call.resume();
    await eventually(() => expect(fake.requests).toEqual(['unhold']));
  });

  it('is held and resumed, locally and remotely', () => {
    const call = outgoing();
    fake.remoteAnswers();
    fake.emit('hold', { originator: 'local' });
    expect(call.phase).toBe('held');
    fake.emit('unhold', { originator: 'local' });
    expect(call.phase).toBe('talking');
    fake.emit('hold', { originator: 'remote' });
    expect(call.state.state).toMatchObject({ phase: 'talking', remoteHold: true });
  });

  it.each(['hold', 'unhold', 'reinvite'])('is not judged by the gap before other media: %s', async (change) => {
    vi.useFakeTimers();
    const audio = { id: 'a', type: 'inbound-rtp', kind: 'audio', packetsReceived: 0, packetsLost: 0, jitter: 0 };
    const connection = {
      ...{ addEventListener() {}, removeEventListener() {}, iceConnectionState: 'connected' },
      getStats: async () => new Map([['a', { ...audio, packetsReceived: (audio.packetsReceived += 25) }]]),
    };
    const call = outgoing();
    fake.emit('peerconnection', { peerconnection: connection });
    fake.remoteAnswers();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(call.state.state.quality?.bars).toBe(5);
    audio.packetsLost = 80;
    fake.emit(change, { originator: 'remote', request: { getHeader: () => undefined } });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(call.state.state.quality).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(call.state.state.quality?.bars).toBe(5);
    call.hangUp();
    vi.useRealTimers();
  });

  it('ends at once for the user and on the server when it is reached', () => {
    const waiting: (() => void)[] = [];
    const away = { ...line, isReady: () => false, whenReady: (task: () => void) => void waiting.push(task) };
    const call = new Call(false, '1002', '', away);
    call.attach(fake.session);
    fake.remoteAnswers();
    call.hangUp();
    expect(call.ended).toBe(true);
    expect(fake.terminations).toEqual([]);
    for (const task of waiting) task();
    expect(fake.terminations).toHaveLength(1);
  });

  it('sends DTMF only while connected', () => {
    const call = outgoing();
    call.sendDtmf('1');
    expect(fake.digits).toEqual([]);
    fake.remoteAnswers();
    call.sendDtmf('5');
    expect(fake.digits).toEqual(['5']);
  });

  it('adds a constant tls-id to its SDP', () => {
    outgoing();
    const ids = [1, 2].map(() => {
      const event = { originator: 'local', sdp: 'a=setup:actpass\r\n' };
      fake.emit('sdp', event);
      return /a=tls-id:(\w{20,})/.exec(event.sdp)?.[1];
    });
    expect(ids[0]).toBeDefined();
    expect(ids[1]).toBe(ids[0]);
  });

  describe('with a microphone', () => {
    const stubMicrophone = () => {
      const track = { kind: 'audio', enabled: true, stop: () => undefined } as unknown as MediaStreamTrack;
      vi.stubGlobal('navigator', {
        mediaDevices: { getUserMedia: () => Promise.resolve({ getTracks: () => [track] }) },
      });
      return track;
    };
    /** A connection that records whether each replaced track was enabled. */
    const attachConnection = () => {
      const heard: boolean[] = [];
      const sender = { replaceTrack: (track: MediaStreamTrack) => void heard.push(track.enabled) };
      const section = { receiver: { track: { kind: 'audio' } }, sender };
      const connection = { addEventListener() {}, removeEventListener() {}, getTransceivers: () => [section] };
      fake.emit('peerconnection', { peerconnection: connection });
      return heard;
    };
    const switchMicrophone = async (heard: boolean[]) => {
      const track = stubMicrophone();
      preferences.setState((before) => ({ ...before, microphone: `${before.microphone}+` }));
      await eventually(() => expect(heard).toHaveLength(1));
      return track;
    };

    it('sends silence when muted before', async () => {
      const track = stubMicrophone();
      const call = new Call(false, '1002', '', line);
      call.mute();
      await call.open(false);
      expect(track.enabled).toBe(false);
      call.mute();
      expect(track.enabled).toBe(true);
      call.hangUp();
    });

    it.each(['muted', 'held', 'held by them'])('replaces the microphone silently while %s', async (how) => {
      stubMicrophone();
      const call = outgoing();
      await call.open(false);
      fake.remoteAnswers();
      if (how === 'muted') call.mute();
      else fake.emit('hold', { originator: how === 'held' ? 'local' : 'remote' });
      const heard = attachConnection();
      const track = await switchMicrophone(heard);
      expect([heard, track.enabled]).toEqual([[false], false]);
      call.hangUp();
    });

    it('replaces the microphone audibly while talking', async () => {
      stubMicrophone();
      const call = outgoing();
      await call.open(false);
      fake.remoteAnswers();
      const heard = attachConnection();
      await switchMicrophone(heard);
      expect(heard).toEqual([true]);
      call.hangUp();
    });
  });

  it('plays the waiting tone beside another call', () => {
    const first = outgoing();
    fake.remoteAnswers();
    const second = new Call(true, '1003', '', line);
    expect(toneFor([first, second])).toBe('waiting');
  });

  it('plays no ringback while talking in another call', () => {
    const calling = outgoing();
    fake.emit('progress', { originator: 'remote', response: { status_code: 180 } });
    const other = new FakeSession();
    const talking = new Call(false, '1003', '', line);
    talking.attach(other.session);
    expect(toneFor([calling, talking])).toBe('ringback');
    other.remoteAnswers();
    expect(toneFor([calling, talking])).toBeUndefined();
  });

  it('is transferred, and continues if the transfer fails', () => {
    const call = outgoing();
    call.transfer('1003');
    expect(fake.referrals).toEqual([]); // not connected yet
    fake.remoteAnswers();
    call.transfer('1003');
    call.transfer('1004');
    expect(fake.referrals.map((each) => each.target)).toEqual(['1003']);
    fake.referrals[0]!.handlers.progress!();
    expect(call.state.state.transfer).toBe('rings');
    fake.referrals[0]!.handlers.failed!();
    expect(call.state.state).toMatchObject({ transfer: 'refused', phase: 'talking' });
    call.dismissNotices();
    expect(call.state.state.transfer).toBeUndefined();
    call.transfer('1004');
    fake.referrals[1]!.handlers.accepted!();
    expect(call.state.state).toMatchObject({ phase: 'ended', endReason: 'transferred' });
  });

  it('is transferred to another call', () => {
    const call = outgoing();
    fake.remoteAnswers();
    const second = new FakeSession();
    const other = new Call(false, '1003', '', line);
    other.attach(second.session);
    second.remoteAnswers();
    other.transfer(call);
    expect(fake.referrals).toMatchObject([{ target: '1003', replaces: second }]);
    fake.referrals[0]!.handlers.requestFailed!(); // The remote party cannot be transferred.
    expect(second.referrals).toMatchObject([{ target: '1002', replaces: fake.session }]);
    expect(other.state.state.transfer).toBe('asked');
    second.referrals[0]!.handlers.accepted!();
    expect([call, other].map((each) => each.state.state.endReason)).toEqual(['transferred', 'transferred']);
  });
});

describe('a microphone that cannot be used', () => {
  const refused = { mediaDevices: { getUserMedia: () => Promise.reject(new DOMException('', 'NotAllowedError')) } };

  it('is asked about before anybody is called', async () => {
    vi.stubGlobal('navigator', refused);
    vi.stubGlobal('AudioContext', class {
      createMediaStreamDestination = () => ({ stream: { getAudioTracks: () => [{ stop() {}, kind: 'audio' }] } });
      close() {}
    }); // prettier-ignore
    const call = new Call(false, '1002', '', line);
    let opened: boolean | undefined;
    void call.open(false, true).then((each) => (opened = each));
    await vi.waitUntil(() => call.state.state.awaitsMicrophone);
    expect(opened).toBeUndefined();
    call.dismissNotices();
    await vi.waitUntil(() => opened);
    expect(call.state.state.awaitsMicrophone).toBe(false);

    const given = new Call(false, '1002', '', line);
    const result = given.open(false, true);
    await vi.waitUntil(() => given.state.state.awaitsMicrophone);
    given.hangUp();
    expect(await result).toBe(false);
    vi.unstubAllGlobals();
  });
});
