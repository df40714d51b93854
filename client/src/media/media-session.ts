/** What headsets, keyboards and the lock screen can do about a call. */
export interface MediaSessionHandlers {
  hangUp: () => void;
  toggleMute: () => void;
  toggleCamera: () => void;
}

const ACTIONS = ['hangup', 'togglemicrophone', 'togglecamera'] as const;

/** Hand a call to the keys of headset and lock screen; returns how to take it back. */
export function bindMediaSession(callbacks: MediaSessionHandlers): () => void {
  const session = (navigator as Partial<Navigator>).mediaSession;
  if (!session) return () => undefined;
  const handlers = [callbacks.hangUp, callbacks.toggleMute, callbacks.toggleCamera];
  ACTIONS.forEach((action, index) => setHandler(session, action, handlers[index]!));
  return () => ACTIONS.forEach((action) => setHandler(session, action, null));
}

function setHandler(session: MediaSession, action: (typeof ACTIONS)[number], handler: (() => void) | null): void {
  try {
    session.setActionHandler(action as MediaSessionAction, handler);
  } catch {
    // A browser that does not know this key.
  }
}
