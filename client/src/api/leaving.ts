/**
 * A sign-out that is not complete, for all tabs and later starts: the data of the user must be wiped from the device
 * (`wipe`), then the session must be ended on the server (`revoke`), whose cookies are valid until then.
 */
export type Leaving = 'wipe' | 'revoke';

/** The key in the local storage, whose changes the other tabs see. */
export const LEAVING_KEY = 'unificx.leaving';

/** The stage in this page where the browser does not store it. */
let unstored: Leaving | undefined;

export function leaving(): Leaving | undefined {
  if (unstored) return unstored;
  try {
    const stored = localStorage.getItem(LEAVING_KEY);
    return stored === null ? undefined : stored === 'revoke' ? 'revoke' : 'wipe';
  } catch {
    return undefined;
  }
}

export function setLeaving(stage: Leaving | undefined): void {
  unstored = undefined;
  try {
    if (stage) localStorage.setItem(LEAVING_KEY, stage);
    else localStorage.removeItem(LEAVING_KEY);
  } catch {
    unstored = stage;
  }
}
