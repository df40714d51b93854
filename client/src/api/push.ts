import { api } from '~/api';
import { onLeaving, session } from '~/api/session';
import { clearNotifications } from './worker';
import { keep, keptFor, recall } from '~/kernel/kept';
import { asProblem, type Problem } from '~/kernel/problem';
import { createStore } from '~/kernel/store';

/** `unasked`: the person has not been asked yet, and is not before they press something that says why. */
export type PushState = 'unsupported' | 'unasked' | 'refused' | 'waiting' | 'on' | 'failed';

/** no-worker: the client's background part does not run; no-answer, no-service: the browser's push service; server: ours. */
export type PushFault = 'no-worker' | 'no-answer' | 'no-service' | 'server';

export interface PushNow {
  state: PushState;
  why?: PushFault;
  problem?: Problem;
}

export interface PushParts {
  supported(): boolean;
  permission(): NotificationPermission;
  ask(): Promise<NotificationPermission>;
  worker(): Promise<Pick<ServiceWorkerRegistration, 'pushManager'>>;
  /** The server's key (VAPID, RFC 8292), base64url. */
  key(): Promise<string>;
  /** Tell the server where the device signed in here is reached. */
  tell(endpoint: string, keys: { p256dh: string; auth: string }): Promise<void>;
  /** The endpoint that was told since signing in, "" before. */
  told(): Promise<string>;
  remember(endpoint: string): Promise<void>;
}

/** Browsers have been seen to answer neither way. */
const PATIENCE_MS = 12_000;

export function within<T>(work: Promise<T>, milliseconds = PATIENCE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer()), milliseconds);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The bytes of base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (each) => each.charCodeAt(0));
}

function same(one: ArrayBuffer | null, other: Uint8Array): boolean {
  if (!one) return false;
  const bytes = new Uint8Array(one);
  return bytes.length === other.length && bytes.every((each, at) => each === other[at]);
}

/** This device's way of being woken: one subscription, of this sign-in alone, made with the server's key. */
export class Push {
  readonly state;
  private busy?: Promise<void>;

  constructor(private readonly parts: PushParts) {
    this.state = createStore<PushNow>(this.resting());
  }

  /** Ask the person, who has just read why and pressed a button. True if they allowed it. */
  async ask(): Promise<boolean> {
    if (!this.parts.supported()) return false;
    await this.parts.ask();
    await this.keep();
    return this.parts.permission() === 'granted';
  }

  /** Be subscribed if that is allowed; never asks. Whoever calls meanwhile waits for the same. */
  keep(): Promise<void> {
    this.busy ??= this.subscribe().finally(() => (this.busy = undefined));
    return this.busy;
  }

  /** Stop being woken. The server forgets the subscription with the session. */
  async leave(): Promise<void> {
    try {
      const worker = await within(this.parts.worker(), 1000);
      const old = await within(worker.pushManager.getSubscription(), 1000);
      await within(old?.unsubscribe() ?? Promise.resolve(true), 2000);
    } catch {
      // The server has forgotten it: what is pushed there is pushed by nobody.
    }
    await clearNotifications().catch(() => undefined);
    this.state.setState(() => this.resting());
  }

  private resting(): PushNow {
    if (!this.parts.supported()) return { state: 'unsupported' };
    const permission = this.parts.permission();
    return { state: permission === 'granted' ? 'waiting' : permission === 'denied' ? 'refused' : 'unasked' };
  }

  private async subscribe(): Promise<void> {
    this.state.setState(() => this.resting());
    if (this.state.state.state !== 'waiting') return;
    let key: string;
    let worker: Pick<ServiceWorkerRegistration, 'pushManager'>;
    try {
      worker = await within(this.parts.worker());
    } catch {
      return this.failed('no-worker');
    }
    try {
      key = await this.parts.key();
    } catch (fault) {
      return this.failed('server', asProblem(fault));
    }
    try {
      await this.tell(await this.subscription(worker.pushManager, bytesOf(key)));
    } catch (fault) {
      if (fault instanceof NoAnswer) return this.failed('no-answer');
      if (fault instanceof DOMException) return this.failed('no-service');
      return this.failed('server', asProblem(fault));
    }
    this.state.setState(() => ({ state: 'on' }));
  }

  /** The one there is, if it was made since signing in and with this key; else a new one. */
  private async subscription(manager: PushManager, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
    const old = await within(manager.getSubscription());
    if (old) {
      const told = await this.parts.told();
      if (old.endpoint === told && same(old.options.applicationServerKey, key)) return old;
      await within(old.unsubscribe());
    }
    return within(manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  }

  private async tell(subscription: PushSubscription): Promise<void> {
    const { endpoint = '', keys = {} } = subscription.toJSON();
    await this.parts.tell(endpoint, { p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' });
    await this.parts.remember(endpoint);
  }

  private failed(why: PushFault, problem?: Problem): void {
    this.state.setState(() => ({ state: 'failed', why, problem }));
  }
}

const TOLD = 'push';

export const push = new Push({
  supported: () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window,
  permission: () => Notification.permission,
  ask: () => Notification.requestPermission(),
  worker: () => navigator.serviceWorker.ready,
  key: async () => (await api.pushKey()).data.key,
  tell: async (endpoint, keys) => void (await api.subscribePush({ body: { endpoint, keys } })),
  told: async () => String((await recall(TOLD)) ?? ''),
  remember: (endpoint) => keep(keptFor(), TOLD, endpoint),
});

/** Keep being woken while somebody is signed in. To be called once. */
export function wakeWhileSignedIn(): void {
  let fresh = false;
  const follow = () => {
    const now = session.state;
    const was = fresh;
    fresh = now.state === 'in' && !now.stale;
    if (fresh && !was) void push.keep();
  };
  session.subscribe(follow);
  follow();
  onLeaving(() => push.leave());
}
