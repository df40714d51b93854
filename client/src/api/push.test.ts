import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '~/kernel/problem';
import { bytesOf, Push, type PushParts } from './push';

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

function world(permission: NotificationPermission = 'granted') {
  const manager = new Manager();
  const state = { permission, answer: 'granted' as NotificationPermission, key: KEY, told: '', asked: 0, worker: true };
  const server: string[] = [];
  let refusal: Problem | undefined;
  const parts: PushParts = {
    supported: () => true,
    permission: () => state.permission,
    ask: () => {
      state.asked += 1;
      state.permission = state.answer;
      return Promise.resolve(state.answer);
    },
    worker: () =>
      state.worker ? Promise.resolve({ pushManager: manager as unknown as PushManager }) : new Promise(() => undefined),
    key: () => Promise.resolve(state.key),
    tell: (endpoint) => {
      if (refusal) return Promise.reject(refusal);
      server.push(endpoint);
      return Promise.resolve();
    },
    told: () => Promise.resolve(state.told),
    remember: (endpoint) => {
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
    const { push, state, server } = world('default');
    await push.keep();
    expect(push.state.state).toEqual({ state: 'unasked' });
    expect([state.asked, server]).toEqual([0, []]);
    expect(await push.ask()).toBe(true);
    expect(push.state.state).toEqual({ state: 'on' });
    expect(server).toHaveLength(1);
  });

  it('takes a no for a no', async () => {
    const { push, state, server } = world('default');
    state.answer = 'denied';
    expect(await push.ask()).toBe(false);
    expect(push.state.state).toEqual({ state: 'refused' });
    expect(server).toEqual([]);
  });

  it('keeps the subscription of this sign-in, and says it again', async () => {
    const { push, server } = world();
    await push.keep();
    await push.keep();
    expect(server).toHaveLength(2);
    expect(server[0]).toBe(server[1]);
  });

  it('makes a new one when the server has another key', async () => {
    const { push, manager, state, server } = world();
    await push.keep();
    state.key = OTHER;
    await push.keep();
    expect(server[0]).not.toBe(server[1]);
    expect(new Uint8Array(manager.now!.options.applicationServerKey)).toEqual(bytesOf(OTHER));
  });

  it('takes over no subscription from whoever was signed in before', async () => {
    const { push, manager, state, server } = world();
    await push.keep();
    const before = manager.now!.endpoint;
    state.told = '';
    await push.keep();
    expect(server[1]).not.toBe(before);
  });

  it('does not wait for ever for a browser that never answers', async () => {
    const { push, manager } = world();
    manager.how = 'hangs';
    const done = push.keep();
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
    expect(push.state.state).toEqual({ state: 'failed', why: 'no-answer', problem: undefined });
  });

  it('says what is missing: the worker, the push service, the server', async () => {
    const lame = world();
    lame.state.worker = false;
    const done = lame.push.keep();
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
    expect(lame.push.state.state).toMatchObject({ why: 'no-worker' });

    const private_ = world();
    private_.manager.how = 'refuses';
    await private_.push.keep();
    expect(private_.push.state.state).toMatchObject({ why: 'no-service' });

    const away = world();
    away.refuse(Problem.unreachable());
    await away.push.keep();
    expect(away.push.state.state).toMatchObject({ why: 'server', problem: { offline: true } });
    expect(away.state.told).toBe('');
  });

  it('leaves nothing behind when its owner goes, and is not held up by a browser that hangs', async () => {
    const { push, manager, state } = world();
    await push.keep();
    await push.leave();
    expect(manager.now).toBeNull();
    state.worker = false;
    const done = push.leave();
    await vi.advanceTimersByTimeAsync(1000);
    await done;
  });
});
