import { product } from '~/core/brand';

/** Call actions of headsets, keyboards and the lock screen. */
export interface MediaSessionHandlers {
  hangUp: () => void;
  toggleMute: () => void;
  toggleCamera: () => void;
}

const ACTIONS = ['hangup', 'togglemicrophone', 'togglecamera'] as const;

/** Bind a call to the Media Session API. Returns the unbind function. */
export function bindMediaSession(callbacks: MediaSessionHandlers): () => void {
  const session = (navigator as Partial<Navigator>).mediaSession;
  if (!session) return () => undefined;
  const handlers = [callbacks.hangUp, callbacks.toggleMute, callbacks.toggleCamera];
  ACTIONS.forEach((action, index) => setHandler(session, action, handlers[index]!));
  return () => {
    session.metadata = null;
    ACTIONS.forEach((action) => setHandler(session, action, null));
  };
}

/** Show the remote party on the lock screen. */
export function showMediaSession(title: string): void {
  const session = (navigator as Partial<Navigator>).mediaSession;
  if (!session || typeof MediaMetadata === 'undefined' || session.metadata?.title === title) return;
  session.metadata = new MediaMetadata({ title, artist: product });
}

function setHandler(session: MediaSession, action: (typeof ACTIONS)[number], handler: (() => void) | null): void {
  try {
    session.setActionHandler(action as MediaSessionAction, handler);
  } catch {
    // Not supported by this browser.
  }
}
