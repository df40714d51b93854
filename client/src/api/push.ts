import { api } from '~/api';
import { onSignOut, session } from '~/api/session';
import { clearNotifications } from './worker';
import { saveLocal, currentOwner, readLocal } from '~/core/device-storage';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';

/** `unasked`: the permission prompt is shown only after the user presses a button that explains it. */
export type PushState = 'unsupported' | 'unasked' | 'refused' | 'waiting' | 'on' | 'failed';

/**
 * no-worker: the service worker is not running; no-answer, no-service: push service of the browser; server: our server.
 */
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
  /** Whether the service worker is being installed, which takes long on a slow connection. */
  isInstallingWorker(): Promise<boolean>;
  /** VAPID public key of the server (RFC 8292), base64url. */
  key(): Promise<string>;
  /** Register the push endpoint of the signed-in session with the server. */
  register(endpoint: string, keys: { p256dh: string; auth: string }): Promise<void>;
  /** The endpoint registered since sign-in; "" if none. */
  registeredEndpoint(): Promise<string>;
  rememberEndpoint(endpoint: string): Promise<void>;
}

/** Browsers have been observed to neither resolve nor reject. */
const TIMEOUT_MS = 12_000;

function withTimeout<T>(work: Promise<T>, milliseconds = TIMEOUT_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new PushTimeout()), milliseconds);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

class PushTimeout extends Error {
  override readonly name = 'PushTimeout';
}

/** Decode base64url. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (each) => each.charCodeAt(0));
}

function sameBytes(one: ArrayBuffer | null, other: Uint8Array): boolean {
  if (!one) return false;
  const bytes = new Uint8Array(one);
  return bytes.length === other.length && bytes.every((each, at) => each === other[at]);
}

/** Web push of this device: one subscription per sign-in, created with the server key. */
export class Push {
  readonly state;
  private subscribing?: Promise<void>;

  constructor(private readonly dependencies: PushDependencies) {
    this.state = createStore<PushStatus>(this.initialStatus());
  }

  /** Prompt for permission; call from a button press that explains why. True if granted. */
  async requestPermission(): Promise<boolean> {
    if (!this.dependencies.supported()) return false;
    await this.dependencies.requestPermission();
    await this.ensureSubscribed();
    return this.dependencies.permission() === 'granted';
  }

  /** Subscribe if permission is granted; never prompts. Concurrent calls share one promise. */
  ensureSubscribed(): Promise<void> {
    this.subscribing ??= this.subscribe().finally(() => (this.subscribing = undefined));
    return this.subscribing;
  }

  /** Unsubscribe. The server deletes its record together with the session. */
  async unsubscribe(): Promise<void> {
    try {
      const worker = await withTimeout(this.dependencies.worker(), 1000);
      const old = await withTimeout(worker.pushManager.getSubscription(), 1000);
      await withTimeout(old?.unsubscribe() ?? Promise.resolve(true), 2000);
    } catch {
      // The server has already deleted the subscription, so nothing is pushed to it.
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
      worker = await this.installedWorker();
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

  /** Wait for the service worker as long as it is being installed. */
  private async installedWorker(): Promise<Pick<ServiceWorkerRegistration, 'pushManager'>> {
    for (;;) {
      try {
        return await withTimeout(this.dependencies.worker());
      } catch (fault) {
        if (!(await this.dependencies.isInstallingWorker())) throw fault;
      }
    }
  }

  /** Return the existing subscription if it was made since sign-in with this key, otherwise a new one. */
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
  isInstallingWorker: async () => Boolean((await navigator.serviceWorker.getRegistration())?.installing),
  key: async () => (await api.pushKey()).data.key,
  register: async (endpoint, keys) => void (await api.subscribePush({ body: { endpoint, keys } })),
  registeredEndpoint: async () => String((await readLocal(ENDPOINT_KEY)) ?? ''),
  rememberEndpoint: (endpoint) => saveLocal(currentOwner(), ENDPOINT_KEY, endpoint),
});

/** Keep push subscribed while the user is signed in. Call once. */
export function subscribePushWhileSignedIn(): void {
  let online = false;
  const update = () => {
    const now = session.state;
    const wasOnline = online;
    online = now.state === 'in' && !now.stale;
    if (online && !wasOnline) void push.ensureSubscribed();
  };
  session.subscribe(update);
  update();
  onSignOut(() => push.unsubscribe());
}
