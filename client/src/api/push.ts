import { api } from '~/api';
import { onSignOut, session } from '~/api/session';
import { clearNotifications } from './worker';
import { saveLocal, currentOwner, readLocal } from '~/core/device-storage';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

/** `unasked`: the person has not been asked yet, and is not before they press something that says why. */
export type PushState = 'unsupported' | 'unasked' | 'refused' | 'waiting' | 'on' | 'failed';

/** no-worker: the client's background part does not run; no-answer, no-service: the browser's push service; server: ours. */
export type PushFault = 'no-worker' | 'no-answer' | 'no-service' | 'server';

export interface PushStatus {
  state: PushState;
  reason?: PushFault;
  problem?: Problem;
}

export interface PushDependencies {
  supported(): boolean;
  permission(): NotificationPermission;
  requestPermission(): Promise<NotificationPermission>;
  worker(): Promise<Pick<ServiceWorkerRegistration, 'pushManager'>>;
  /** The server's key (VAPID, RFC 8292), base64url. */
  key(): Promise<string>;
  /** Tell the server where the device signed in here is reached. */
  register(endpoint: string, keys: { p256dh: string; auth: string }): Promise<void>;
  /** The endpoint that was told since signing in, "" before. */
  registeredEndpoint(): Promise<string>;
  rememberEndpoint(endpoint: string): Promise<void>;
}

/** Browsers have been seen to answer neither way. */
const TIMEOUT_MS = 12_000;

export function withTimeout<T>(work: Promise<T>, milliseconds = TIMEOUT_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new PushTimeout()), milliseconds);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export class PushTimeout extends Error {
  override readonly name = 'PushTimeout';
}

/** The bytes of base64url. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (each) => each.charCodeAt(0));
}

function sameBytes(one: ArrayBuffer | null, other: Uint8Array): boolean {
  if (!one) return false;
  const bytes = new Uint8Array(one);
  return bytes.length === other.length && bytes.every((each, at) => each === other[at]);
}

/** This device's way of being woken: one subscription, of this sign-in alone, made with the server's key. */
export class Push {
  readonly state;
  private subscribing?: Promise<void>;

  constructor(private readonly dependencies: PushDependencies) {
    this.state = createStore<PushStatus>(this.initialStatus());
  }

  /** Ask the person, who has just read why and pressed a button. True if they allowed it. */
  async requestPermission(): Promise<boolean> {
    if (!this.dependencies.supported()) return false;
    await this.dependencies.requestPermission();
    await this.ensureSubscribed();
    return this.dependencies.permission() === 'granted';
  }

  /** Be subscribed if that is allowed; never asks. Whoever calls meanwhile waits for the same. */
  ensureSubscribed(): Promise<void> {
    this.subscribing ??= this.subscribe().finally(() => (this.subscribing = undefined));
    return this.subscribing;
  }

  /** Stop being woken. The server forgets the subscription with the session. */
  async unsubscribe(): Promise<void> {
    try {
      const worker = await withTimeout(this.dependencies.worker(), 1000);
      const old = await withTimeout(worker.pushManager.getSubscription(), 1000);
      await withTimeout(old?.unsubscribe() ?? Promise.resolve(true), 2000);
    } catch {
      // The server has forgotten it: what is pushed there is pushed by nobody.
    }
    await clearNotifications().catch(() => undefined);
    this.state.setState(() => this.initialStatus());
  }

  private initialStatus(): PushStatus {
    if (!this.dependencies.supported()) return { state: 'unsupported' };
    const permission = this.dependencies.permission();
    return { state: permission === 'granted' ? 'waiting' : permission === 'denied' ? 'refused' : 'unasked' };
  }

  private async subscribe(): Promise<void> {
    this.state.setState(() => this.initialStatus());
    if (this.state.state.state !== 'waiting') return;
    let key: string;
    let worker: Pick<ServiceWorkerRegistration, 'pushManager'>;
    try {
      worker = await withTimeout(this.dependencies.worker());
    } catch {
      return this.fail('no-worker');
    }
    try {
      key = await this.dependencies.key();
    } catch (fault) {
      return this.fail('server', asProblem(fault));
    }
    try {
      await this.register(await this.currentSubscription(worker.pushManager, decodeBase64Url(key)));
    } catch (fault) {
      if (fault instanceof PushTimeout) return this.fail('no-answer');
      if (fault instanceof DOMException) return this.fail('no-service');
      return this.fail('server', asProblem(fault));
    }
    this.state.setState(() => ({ state: 'on' }));
  }

  /** The one there is, if it was made since signing in and with this key; else a new one. */
  private async currentSubscription(manager: PushManager, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
    const old = await withTimeout(manager.getSubscription());
    if (old) {
      const registered = await this.dependencies.registeredEndpoint();
      if (old.endpoint === registered && sameBytes(old.options.applicationServerKey, key)) return old;
      await withTimeout(old.unsubscribe());
    }
    return withTimeout(manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  }

  private async register(currentSubscription: PushSubscription): Promise<void> {
    const { endpoint = '', keys = {} } = currentSubscription.toJSON();
    await this.dependencies.register(endpoint, { p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' });
    await this.dependencies.rememberEndpoint(endpoint);
  }

  private fail(reason: PushFault, problem?: Problem): void {
    this.state.setState(() => ({ state: 'failed', reason, problem }));
  }
}

const ENDPOINT_KEY = 'push';

export const push = new Push({
  supported: () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window,
  permission: () => Notification.permission,
  requestPermission: () => Notification.requestPermission(),
  worker: () => navigator.serviceWorker.ready,
  key: async () => (await api.pushKey()).data.key,
  register: async (endpoint, keys) => void (await api.subscribePush({ body: { endpoint, keys } })),
  registeredEndpoint: async () => String((await readLocal(ENDPOINT_KEY)) ?? ''),
  rememberEndpoint: (endpoint) => saveLocal(currentOwner(), ENDPOINT_KEY, endpoint),
});

/** Keep being woken while somebody is signed in. To be called once. */
export function subscribePushWhileSignedIn(): void {
  let fresh = false;
  const update = () => {
    const now = session.state;
    const was = fresh;
    fresh = now.state === 'in' && !now.stale;
    if (fresh && !was) void push.ensureSubscribed();
  };
  session.subscribe(update);
  update();
  onSignOut(() => push.unsubscribe());
}
