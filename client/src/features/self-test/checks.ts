import { api } from '~/api';
import { events } from '~/api/events';
import { push } from '~/api/push';
import { clearNotifications, onWorkerMessage } from '~/api/worker';
import { asProblem } from '~/core/problem';
import { CaptureError, microphone } from '~/media/capture';
import { chime } from '~/media/chime';
import { watchLevel } from '~/media/level';
import { showCall } from '~/features/call';
import { codeOf } from '~/features/feature-codes';
import { pushTest } from '~/features/status';
import { phone, type Call } from '~/sip';
import type { Outcome, SelfTestDependencies } from './model';

const PUSH_TIMEOUT_MS = 20_000;
const REGISTER_TIMEOUT_MS = 12_000;
const SPEECH_TIMEOUT_MS = 10_000;
const RING_TIMEOUT_MS = 15_000;
const MEDIA_TIMEOUT_MS = 12_000;
/** Level above room noise (of `watchLevel`), for this many readings. */
const SPEECH_LEVEL = 0.35;
const SPEECH_READINGS = 4;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Poll the condition; undefined on timeout. */
async function waitFor<T>(condition: () => T | undefined | false, milliseconds: number): Promise<T | undefined> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(100)) {
    const result = condition();
    if (result) return result;
  }
  return undefined;
}

export const selfTestDependencies: SelfTestDependencies = {
  permission() {
    const { state } = push.state.state;
    if (state === 'unsupported' || state === 'unasked' || state === 'refused') return state;
    return 'granted';
  },
  askPermission: () => push.requestPermission(),
  push: testPush,
  registration: testRegistration,
  microphone: testMicrophone,
  tone: chime,
  call: testCall,
};

async function testPush(): Promise<Outcome> {
  await push.ensureSubscribed();
  const { state, reason } = push.state.state;
  if (state !== 'on') return { failed: reason ?? 'no-permission' };
  const seen = new Set<string>();
  const unsubscribes = [
    onWorkerMessage((result) => result.type === 'push_seen' && seen.add(result.id)),
    events.on('push_seen', ({ id }) => id && seen.add(id)),
  ];
  try {
    const { data } = await api.testPush();
    const seenHere = await waitFor(() => seen.has(data.id), PUSH_TIMEOUT_MS);
    const result = seenHere ? undefined : (await api.showPushTest({ path: { test_id: data.id } })).data;
    const arrived = result?.seen ?? true;
    pushTest.setState(() => ({ seen: arrived }));
    return arrived ? 'ok' : { failed: result?.sent ? 'not-seen' : 'not-sent' };
  } finally {
    unsubscribes.forEach((end) => end());
    void clearNotifications('test').catch(() => undefined);
  }
}

async function testRegistration(): Promise<Outcome> {
  phone.checkConnection();
  const settled = await waitFor(() => {
    const { line, otherTab, problem } = phone.state.state;
    return line === 'ready' || line === 'refused' || otherTab || problem?.code === 'no_extension';
  }, REGISTER_TIMEOUT_MS);
  const { line, otherTab, problem } = phone.state.state;
  if (otherTab) return { failed: 'elsewhere' };
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
    return { failed: fault instanceof CaptureError && fault.reason !== 'blur' ? fault.reason : 'missing' };
  }
  let speechReadings = 0;
  const stop = watchLevel(track, (now) => {
    level(now);
    if (now > SPEECH_LEVEL) speechReadings += 1;
  });
  const speechDetected = await waitFor(() => speechReadings >= SPEECH_READINGS, SPEECH_TIMEOUT_MS);
  stop();
  track.stop();
  level(0);
  return speechDetected ? 'ok' : { failed: 'silent' };
}

async function testCall(): Promise<Outcome> {
  const liveCalls = () => phone.state.state.calls.filter((each) => !each.ended);
  if (liveCalls().length > 0) return { skipped: 'in-a-call' };
  const code = codeOf('ring-test');
  showCall({ minimised: true });
  const outgoing = await phone.call(code);
  const callbackNumbers = [code, phone.state.state.number];
  let callback: Call | undefined;
  try {
    callback = await waitFor(
      () => liveCalls().find((each) => each.incoming && callbackNumbers.includes(each.number)),
      RING_TIMEOUT_MS,
    );
    if (!callback) return { failed: 'not-called-back' };
    await sleep(1000); // Let the user hear it ring.
    outgoing.concurrent = callback.concurrent = true;
    await callback.answer();
    const hasMedia = await waitFor(
      () => outgoing.state.state.quality && callback?.state.state.quality,
      MEDIA_TIMEOUT_MS,
    );
    return hasMedia ? 'ok' : { failed: 'no-sound' };
  } catch (fault) {
    return { failed: asProblem(fault).offline ? 'not-registered' : 'not-called-back' };
  } finally {
    for (const call of [outgoing, callback]) {
      call?.hangUp();
      if (call) phone.dismiss(call);
    }
  }
}
