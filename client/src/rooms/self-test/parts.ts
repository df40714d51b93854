import { api } from '~/api';
import { events } from '~/api/events';
import { push } from '~/api/push';
import { clearNotifications, onWorker } from '~/api/worker';
import { asProblem } from '~/kernel/problem';
import { CaptureRefused, microphone } from '~/media/capture';
import { chime } from '~/media/chime';
import { watchLevel } from '~/media/level';
import { showCall } from '~/rooms/call';
import { phone, type Call } from '~/sip';
import type { Outcome, SelfTestParts } from './model';

/** The number at which the PBX calls the device that dialled it, and no other. */
const CALL_ME_BACK = '*44';
const PUSH_COMES_MS = 20_000;
const REGISTERS_MS = 12_000;
const SPEAKS_MS = 10_000;
const RINGS_MS = 15_000;
const TALKS_MS = 12_000;
/** Louder than a room is (of `watchLevel`), for so many looks. */
const SPOKEN = 0.35;
const LOOKS = 4;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What `look` finds, looked for until it is there; undefined when time is up. */
async function until<T>(look: () => T | undefined | false, milliseconds: number): Promise<T | undefined> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(100)) {
    const found = look();
    if (found) return found;
  }
  return undefined;
}

export const parts: SelfTestParts = {
  permission() {
    const { state } = push.state.state;
    if (state === 'unsupported' || state === 'unasked' || state === 'refused') return state;
    return 'granted';
  },
  askPermission: () => push.ask(),
  push: testPush,
  registration: testRegistration,
  microphone: testMicrophone,
  tone: chime,
  call: testCall,
};

async function testPush(): Promise<Outcome> {
  await push.keep();
  const { state, why } = push.state.state;
  if (state !== 'on') return { failed: why ?? 'no-permission' };
  const seen = new Set<string>();
  const notes = [
    onWorker((told) => told.type === 'push_seen' && seen.add(told.id)),
    events.on('push_seen', ({ id }) => id && seen.add(id)),
  ];
  try {
    const { data } = await api.testPush();
    if (await until(() => seen.has(data.id), PUSH_COMES_MS)) return 'ok';
    const told = await api.showPushTest({ path: { test_id: data.id } });
    return told.data.seen ? 'ok' : { failed: told.data.sent ? 'not-seen' : 'not-sent' };
  } finally {
    notes.forEach((end) => end());
    void clearNotifications('test').catch(() => undefined);
  }
}

async function testRegistration(): Promise<Outcome> {
  phone.nudge();
  const settled = await until(() => {
    const { line, elsewhere, problem } = phone.state.state;
    return line === 'ready' || line === 'refused' || elsewhere || problem?.code === 'no_extension';
  }, REGISTERS_MS);
  const { line, elsewhere, problem } = phone.state.state;
  if (elsewhere) return { failed: 'elsewhere' };
  if (problem?.code === 'no_extension') return { failed: 'no-extension' };
  if (!settled || line !== 'ready') return { failed: 'not-registered' };
  const { data } = await api.reachable();
  return data.registered ? 'ok' : { failed: 'not-known' };
}

async function testMicrophone(level: (now: number) => void): Promise<Outcome> {
  let track: MediaStreamTrack;
  try {
    track = await microphone();
  } catch (fault) {
    return { failed: fault instanceof CaptureRefused ? fault.why : 'missing' };
  }
  let spoken = 0;
  const stop = watchLevel(track, (now) => {
    level(now);
    if (now > SPOKEN) spoken += 1;
  });
  const heard = await until(() => spoken >= LOOKS, SPEAKS_MS);
  stop();
  track.stop();
  level(0);
  return heard ? 'ok' : { failed: 'silent' };
}

async function testCall(): Promise<Outcome> {
  const live = () => phone.state.state.calls.filter((each) => !each.over);
  if (live().length > 0) return { skipped: 'in-a-call' };
  showCall({ minimised: true });
  const out = await phone.call(CALL_ME_BACK);
  const own = [CALL_ME_BACK, phone.state.state.number];
  let back: Call | undefined;
  try {
    back = await until(() => live().find((each) => each.incoming && own.includes(each.number)), RINGS_MS);
    if (!back) return { failed: 'not-called-back' };
    await sleep(1000); // The person hears it ring.
    out.beside = back.beside = true;
    await back.answer();
    const talks = await until(() => out.state.state.quality && back?.state.state.quality, TALKS_MS);
    return talks ? 'ok' : { failed: 'no-sound' };
  } catch (fault) {
    return { failed: asProblem(fault).offline ? 'not-registered' : 'not-called-back' };
  } finally {
    for (const call of [out, back]) {
      call?.hangUp();
      if (call) phone.dismiss(call);
    }
  }
}
