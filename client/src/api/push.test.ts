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
  behavior: 'works' | 'hangs' | 'refuses' = 'works';
  getSubscription() {
    return Promise.resolve(this.now);
  }
  subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array<ArrayBuffer> }) {
    if (this.behavior === 'hangs') return new Promise<Subscription>(() => undefined);
    if (this.behavior === 'refuses') return Promise.reject(new DOMException('no', 'AbortError'));
    this.now = new Subscription(this, applicationServerKey);
    return Promise.resolve(this.now);
  }
}

function setup(permission: NotificationPermission = 'granted') {
  const manager = new Manager();
  const state = {
    permission,
    answer: 'granted' as NotificationPermission,
    key: KEY,
    registered: '',
    asked: 0,
    worker: true,
    installing: false,
  };
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
    isInstallingWorker: () => Promise.resolve(state.installing),
    key: () => Promise.resolve(state.key),
    register: (endpoint) => {
      if (refusal) return Promise.reject(refusal);
      server.push(endpoint);
      return Promise.resolve();
    },
    registeredEndpoint: () => Promise.resolve(state.registered),
    rememberEndpoint: (endpoint) => {
      state.registered = endpoint;
      return Promise.resolve();
    },
  };
  return { push: new Push(parts), manager, state, server, refuse: (problem: Problem) => (refusal = problem) };
}

describe('push', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('never requests permission by itself', async () => {
    const { push, state, server } = setup('default');
    await push.ensureSubscribed();
    expect(push.state.state).toEqual({ state: 'unasked' });
    expect([state.asked, server]).toEqual([0, []]);
    expect(await push.requestPermission()).toBe(true);
    expect(push.state.state).toEqual({ state: 'on' });
    expect(server).toHaveLength(1);
  });

  it('accepts a denied permission', async () => {
    const { push, state, server } = setup('default');
    state.answer = 'denied';
    expect(await push.requestPermission()).toBe(false);
    expect(push.state.state).toEqual({ state: 'refused' });
    expect(server).toEqual([]);
  });

  it('keeps the subscription of this sign-in and registers it again', async () => {
    const { push, server } = setup();
    await push.ensureSubscribed();
    await push.ensureSubscribed();
    expect(server).toHaveLength(2);
    expect(server[0]).toBe(server[1]);
  });

  it('creates a new subscription when the server key has changed', async () => {
    const { push, manager, state, server } = setup();
    await push.ensureSubscribed();
    state.key = OTHER;
    await push.ensureSubscribed();
    expect(server[0]).not.toBe(server[1]);
    expect(new Uint8Array(manager.now!.options.applicationServerKey)).toEqual(decodeBase64Url(OTHER));
  });

  it('does not reuse the subscription of a previous user', async () => {
    const { push, manager, state, server } = setup();
    await push.ensureSubscribed();
    const before = manager.now!.endpoint;
    state.registered = '';
    await push.ensureSubscribed();
    expect(server[1]).not.toBe(before);
  });

  it('times out when the browser never answers', async () => {
    const { push, manager } = setup();
    manager.behavior = 'hangs';
    const done = push.ensureSubscribed();
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
    expect(push.state.state).toEqual({ state: 'failed', reason: 'no-answer', problem: undefined });
  });

  it('waits for a service worker that is being installed', async () => {
    const { push, state } = setup();
    Object.assign(state, { worker: false, installing: true });
    const done = push.ensureSubscribed();
    await vi.advanceTimersByTimeAsync(13_000);
    expect(push.state.state).toMatchObject({ state: 'waiting' });
    state.worker = true;
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
    expect(push.state.state).toMatchObject({ state: 'on' });
  });

  it('reports the failing part: service worker, push service or server', async () => {
    const noWorker = setup();
    noWorker.state.worker = false;
    const done = noWorker.push.ensureSubscribed();
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
    expect(noWorker.push.state.state).toMatchObject({ reason: 'no-worker' });

    const noService = setup();
    noService.manager.behavior = 'refuses';
    await noService.push.ensureSubscribed();
    expect(noService.push.state.state).toMatchObject({ reason: 'no-service' });

    const noServer = setup();
    noServer.refuse(Problem.unreachable());
    await noServer.push.ensureSubscribed();
    expect(noServer.push.state.state).toMatchObject({ reason: 'server', problem: { offline: true } });
    expect(noServer.state.registered).toBe('');
  });

  it('removes the subscription on sign-out, even if the browser hangs', async () => {
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
