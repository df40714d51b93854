/** In the storage of the tab, because single sign-on leaves the page. */
const KEY = 'unificx.destination';
/** Addresses that links outside the app lead to. */
const SHARED = /^\/meetings\/[A-Za-z0-9-]{1,64}$/;

/** Remember an address that needs a sign-in first; only shared links are remembered. */
export function rememberDestination(path: string): void {
  const inApp = path.replace(/^\/app(?=\/)/, '');
  if (SHARED.test(inApp)) sessionStorage.setItem(KEY, inApp);
}

/** The address to open after the sign-in. */
export function destination(): string {
  const path = sessionStorage.getItem(KEY) ?? '';
  return SHARED.test(path) ? path : '/';
}

/** It has been opened. */
export function forgetDestination(): void {
  sessionStorage.removeItem(KEY);
}
