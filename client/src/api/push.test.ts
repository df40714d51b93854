import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { decodeBase64Url, Push, type PushDependencies } from './push';

const KEY = 'BAECAw';
const OTHER = 'BAECBA';

class Subscription {
  static made = 0;
  readonly endpoint = `https://push.example/${++Subscription.made}`;
  readonly options: { applicationServerKey: ArrayBuffer };
  constructor(
    private readonly manager: Manager,
    key: Uint8Array<ArrayBuffer>,
  ) {
    this.options = { applicationServerKey: key.slice().buffer };
  }
  unsubscribe() {
    this.manager.now = null;
    return Promise.resolve(true);
  }
  toJSON() {
    return { endpoint: this.endpoint, keys: { p256dh: 'p', auth: 'a' } };
  }
}

class Manager {
  now: Subscription | null = null;
  how: 'works' | 'hangs' | 'refuses' = 'works';
  getSubscription() {
    return Promise.resolve(this.now);
  }
  subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array<ArrayBuffer> }) {
    if (this.how === 'hangs') return new Promise<Subscription>(() => undefined);
    if (this.how === 'refuses') return Promise.reject(new DOMException('no', 'AbortError'));
    this.now = new Subscription(this, applicationServerKey);
    return Promise.resolve(this.now);
  }
}

function setup(permission: NotificationPermission = 'granted') {
  const manager = new Manager();
  const state = { permission, answer: 'granted' as NotificationPermission, key: KEY, told: '', asked: 0, worker: true };
  const server: string[] = [];
  let refusal: Problem | undefined;
  const parts: PushDependencies = {
    supported: () => true,
    permission: () => state.permission,
    requestPermission: () => {
      state.asked += 1;
      state.permission = state.answer;
      return Promise.resolve(state.answer);
    },
    worker: () =>
      state.worker ? Promise.resolve({ pushManager: manager as unknown as PushManager }) : new Promise(() => undefined),
    key: () => Promise.resolve(state.key),
    register: (endpoint) => {
      if (refusal) return Promise.reject(refusal);
      server.push(endpoint);
      return Promise.resolve();
    },
    registeredEndpoint: () => Promise.resolve(state.told),
    rememberEndpoint: (endpoint) => {
      state.told = endpoint;
      return Promise.resolve();
    },
  };
  return { push: new Push(parts), manager, state, server, refuse: (problem: Problem) => (refusal = problem) };
}

describe('push', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks nobody by itself', async () => {
    const { push, state, server } = setup('default');
    await push.ensureSubscribed();
    expect(push.state.state).toEqual({ state: 'unasked' });
    expect([state.asked, server]).toEqual([0, []]);
    expect(await push.requestPermission()).toBe(true);
    expect(push.state.state).toEqual({ state: 'on' });
    expect(server).toHaveLength(1);
  });

  it('takes a no for a no', async () => {
    const { push, state, server } = setup('default');
    state.answer = 'denied';
    expect(await push.requestPermission()).toBe(false);
    expect(push.state.state).toEqual({ state: 'refused' });
    expect(server).toEqual([]);
  });

  it('keeps the subscription of this sign-in, and says it again', async () => {
    const { push, server } = setup();
    await push.ensureSubscribed();
    await push.ensureSubscribed();
    expect(server).toHaveLength(2);
    expect(server[0]).toBe(server[1]);
  });

  it('makes a new one when the server has another key', async () => {
    const { push, manager, state, server } = setup();
    await push.ensureSubscribed();
    state.key = OTHER;
    await push.ensureSubscribed();
    expect(server[0]).not.toBe(server[1]);
    expect(new Uint8Array(manager.now!.options.applicationServerKey)).toEqual(decodeBase64Url(OTHER));
  });

  it('takes over no subscription from whoever was signed in before', async () => {
    const { push, manager, state, server } = setup();
    await push.ensureSubscribed();
    const before = manager.now!.endpoint;
    state.told = '';
    await push.ensureSubscribed();
    expect(server[1]).not.toBe(before);
  });

  it('does not wait for ever for a browser that never answers', async () => {
    const { push, manager } = setup();
    manager.how = 'hangs';
    const done = push.ensureSubscribed();
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
    expect(push.state.state).toEqual({ state: 'failed', reason: 'no-answer', problem: undefined });
  });

  it('says what is missing: the worker, the push service, the server', async () => {
    const lame = setup();
    lame.state.worker = false;
    const done = lame.push.ensureSubscribed();
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
    expect(lame.push.state.state).toMatchObject({ reason: 'no-worker' });

    const private_ = setup();
    private_.manager.how = 'refuses';
    await private_.push.ensureSubscribed();
    expect(private_.push.state.state).toMatchObject({ reason: 'no-service' });

    const away = setup();
    away.refuse(Problem.unreachable());
    await away.push.ensureSubscribed();
    expect(away.push.state.state).toMatchObject({ reason: 'server', problem: { offline: true } });
    expect(away.state.told).toBe('');
  });

  it('leaves nothing behind when its owner goes, and is not held up by a browser that hangs', async () => {
    const { push, manager, state } = setup();
    await push.ensureSubscribed();
    await push.unsubscribe();
    expect(manager.now).toBeNull();
    state.worker = false;
    const done = push.unsubscribe();
    await vi.advanceTimersByTimeAsync(1000);
    await done;
  });
});
