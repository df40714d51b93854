import { Events } from '~/api/events';

/** The event connection of a guest; `check` says whether the visit is still valid. */
export function guestEvents(token: string, check: () => Promise<'valid' | 'ended' | 'unreachable'>): Events {
  return new Events({
    open() {
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
      const socket = new WebSocket(`${scheme}://${location.host}/api/v1/guests/me/events`);
      socket.addEventListener('open', () => socket.send(JSON.stringify({ token })));
      return socket;
    },
    check,
    signedOut: () => undefined, // the visit notices when it fetches its meeting
    random: Math.random,
  });
}
