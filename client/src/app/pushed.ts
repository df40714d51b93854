import type { FromWorker } from '~/api/worker';
import type { Language } from '~/kernel/languages';

/** What the server pushes: never a name or a number. */
export type Pushed =
  { type: 'call' | 'stop'; call: string } | { type: 'test'; id: string } | { type: 'signed_out' } | { type: 'notice' };

const ID = /^[\w-]{1,64}$/;

/** Reads a message; undefined for what is none of ours, as a newer server may send. */
export function readPush(text: string): Pushed | undefined {
  let told: Record<string, unknown>;
  try {
    told = JSON.parse(text) as typeof told;
  } catch {
    return undefined;
  }
  const { type } = told ?? {};
  const id = (value: unknown) => (typeof value === 'string' && ID.test(value) ? value : undefined);
  if (type === 'call' || type === 'stop') return id(told.call) ? { type, call: String(told.call) } : undefined;
  if (type === 'test') return id(told.id) ? { type, id: String(told.id) } : undefined;
  if (type === 'signed_out' || type === 'notice') return { type };
  return undefined;
}

const WORDS = {
  en: {
    call: 'Incoming call',
    answer: 'Answer',
    decline: 'Decline',
    over: 'The call is over',
    test: 'Notifications work',
    tested: 'Calls ring on this device, even when UnifiCX is closed.',
    signedOut: 'Signed out',
    wiped: 'This device was signed out from elsewhere. Nothing of yours is left on it.',
    notice: 'Something to look at',
    look: 'There is news about the security of your account.',
  },
  de: {
    call: 'Eingehender Anruf',
    answer: 'Annehmen',
    decline: 'Ablehnen',
    over: 'Der Anruf ist vorbei',
    test: 'Benachrichtigungen funktionieren',
    tested: 'Anrufe klingeln auf diesem Gerät, auch wenn UnifiCX geschlossen ist.',
    signedOut: 'Abgemeldet',
    wiped: 'Dieses Gerät wurde von anderswo abgemeldet. Nichts von Ihnen ist mehr darauf.',
    notice: 'Bitte ansehen',
    look: 'Es gibt eine Nachricht zur Sicherheit Ihres Kontos.',
  },
} satisfies Record<Language, Record<string, string>>;

interface Shown {
  title: string;
  options: NotificationOptions & {
    actions?: { action: string; title: string }[];
    renotify?: boolean;
    vibrate?: number[];
  };
}

export const tagOf = (call: string): string => `call-${call}`;

/** The notification of a message. `buttons`: how many this browser shows on one. */
export function notificationFor(pushed: Pushed, language: Language, buttons: number): Shown {
  const words = WORDS[language];
  const looks = { icon: '/app/icon-192.png', badge: '/app/icon-192.png', lang: language };
  switch (pushed.type) {
    case 'call': {
      const { call } = pushed;
      const actions = [
        { action: 'answer', title: words.answer },
        { action: 'decline', title: words.decline },
      ];
      const rings = { requireInteraction: true, renotify: true, vibrate: [600, 300, 600, 300, 600] };
      const options = { ...looks, ...rings, tag: tagOf(call), data: { call } };
      return { title: words.call, options: buttons >= actions.length ? { ...options, actions } : options };
    }
    case 'stop':
      return { title: words.over, options: { ...looks, tag: tagOf(pushed.call), silent: true } };
    case 'test':
      return { title: words.test, options: { ...looks, body: words.tested, tag: 'test', silent: true } };
    case 'signed_out':
      return { title: words.signedOut, options: { ...looks, body: words.wiped, tag: 'signed_out' } };
    case 'notice':
      return {
        title: words.notice,
        options: { ...looks, body: words.look, tag: 'notice', data: { path: '/app/settings/devices' } },
      };
  }
}

/**
 * What a press on a notification asks for. `decline`: the call the server is told about; `open`: the address, if no page is
 * open; `tell`: what an open page is told.
 */
export function pressed(action: string, data: unknown): { decline?: string; open?: string; tell?: FromWorker } {
  const { call, path } = (data ?? {}) as { call?: string; path?: string };
  if (call && action === 'decline') return { decline: call };
  if (call) return { open: `/app/?answer=${call}`, tell: { type: 'answer', call } };
  return { open: path ?? '/app/' };
}
