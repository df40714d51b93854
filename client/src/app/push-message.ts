import type { WorkerMessage } from '~/api/worker';
import type { Language } from '~/core/languages';

/** Push messages of the server; they contain no names or numbers. */
export type PushMessage =
  | { type: 'call' | 'stop'; call: string }
  | { type: 'test'; id: string }
  | { type: 'signed_out' }
  | { type: 'notice' }
  | { type: 'message'; conversation: string };

const ID = /^[\w-]{1,64}$/;

/** Parse a message; undefined for unknown ones, which a newer server may send. */
export function parsePush(text: string): PushMessage | undefined {
  let message: Record<string, unknown>;
  try {
    message = JSON.parse(text) as typeof message;
  } catch {
    return undefined;
  }
  const { type } = message ?? {};
  const id = (value: unknown) => (typeof value === 'string' && ID.test(value) ? value : undefined);
  if (type === 'call' || type === 'stop') return id(message.call) ? { type, call: String(message.call) } : undefined;
  if (type === 'message')
    return id(message.conversation) ? { type, conversation: String(message.conversation) } : undefined;
  if (type === 'test') return id(message.id) ? { type, id: String(message.id) } : undefined;
  if (type === 'signed_out' || type === 'notice') return { type };
  return undefined;
}

const TEXTS = {
  en: {
    call: 'Incoming call',
    answer: 'Answer',
    decline: 'Decline',
    over: 'Call ended',
    test: 'Notifications work',
    tested: 'Calls ring on this device even when the app is closed.',
    signedOut: 'Signed out',
    wiped: 'This device was signed out remotely. Your data has been removed.',
    message: 'New message',
    notice: 'Security notice',
    look: 'Review the security of your account.',
  },
  de: {
    call: 'Eingehender Anruf',
    answer: 'Annehmen',
    decline: 'Ablehnen',
    over: 'Anruf beendet',
    test: 'Benachrichtigungen funktionieren',
    tested: 'Anrufe klingeln auf diesem Gerät, auch wenn die App geschlossen ist.',
    signedOut: 'Abgemeldet',
    wiped: 'Dieses Gerät wurde aus der Ferne abgemeldet. Ihre Daten wurden entfernt.',
    message: 'Neue Nachricht',
    notice: 'Sicherheitshinweis',
    look: 'Prüfen Sie die Sicherheit Ihres Kontos.',
  },
} satisfies Record<Language, Record<string, string>>;

interface NotificationContent {
  title: string;
  options: NotificationOptions & {
    actions?: { action: string; title: string }[];
    renotify?: boolean;
    vibrate?: number[];
  };
}

export const callTag = (call: string): string => `call-${call}`;

/** The notification for a message. `buttons`: how many actions the browser shows. */
export function notificationFor(message: PushMessage, language: Language, buttons: number): NotificationContent {
  const texts = TEXTS[language];
  const common = { icon: '/app/icon-192.png', badge: '/app/icon-192.png', lang: language };
  switch (message.type) {
    case 'call': {
      const { call } = message;
      const actions = [
        { action: 'answer', title: texts.answer },
        { action: 'decline', title: texts.decline },
      ];
      const ringing = { requireInteraction: true, renotify: true, vibrate: [600, 300, 600, 300, 600] };
      const options = { ...common, ...ringing, tag: callTag(call), data: { call } };
      return { title: texts.call, options: buttons >= actions.length ? { ...options, actions } : options };
    }
    case 'stop':
      return { title: texts.over, options: { ...common, tag: callTag(message.call), silent: true } };
    case 'test':
      return { title: texts.test, options: { ...common, body: texts.tested, tag: 'test', silent: true } };
    case 'signed_out':
      return { title: texts.signedOut, options: { ...common, body: texts.wiped, tag: 'signed_out' } };
    case 'message':
      return {
        title: texts.message,
        options: { ...common, tag: 'message', data: { path: `/app/chat/${message.conversation}` } },
      };
    case 'notice':
      return {
        title: texts.notice,
        options: { ...common, body: texts.look, tag: 'notice', data: { path: '/app/settings/devices' } },
      };
  }
}

/**
 * Action that a notification click requests. `decline`: the call to decline on the server; `open`: address to open if no page
 * is open; `notify`: message for all open pages; `show`: message for the one that is shown.
 */
export function clickAction(
  action: string,
  data: unknown,
): { decline?: string; open?: string; notify?: WorkerMessage; show?: WorkerMessage } {
  const { call, path } = (data ?? {}) as { call?: string; path?: string };
  if (call && action === 'decline') return { decline: call };
  if (call) return { open: `/app/?answer=${call}`, notify: { type: 'answer', call } };
  return path ? { open: path, show: { type: 'open', path } } : { open: '/app/' };
}
