/** What headsets, keyboards and the lock screen can do about a call. */
export interface CallKeys {
  hangUp: () => void;
  toggleMute: () => void;
  toggleCamera: () => void;
}

const ACTIONS = ['hangup', 'togglemicrophone', 'togglecamera'] as const;

/** Hand a call to the keys of headset and lock screen; returns how to take it back. */
export function bindKeys(keys: CallKeys): () => void {
  const session = (navigator as Partial<Navigator>).mediaSession;
  if (!session) return () => undefined;
  const handlers = [keys.hangUp, keys.toggleMute, keys.toggleCamera];
  ACTIONS.forEach((action, index) => set(session, action, handlers[index]!));
  return () => ACTIONS.forEach((action) => set(session, action, null));
}

function set(session: MediaSession, action: (typeof ACTIONS)[number], handler: (() => void) | null): void {
  try {
    session.setActionHandler(action as MediaSessionAction, handler);
  } catch {
    // A browser that does not know this key.
  }
}
