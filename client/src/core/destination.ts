/** In the storage of the tab, because single sign-on leaves the page. */
const KEY = 'unificx.destination';

/** A page inside the app, with its query; undefined for all other addresses and for the start screen. */
function parse(href: string): string | undefined {
  if (!URL.canParse(href, location.origin)) return undefined;
  const { origin, pathname, search } = new URL(href, location.origin);
  const inside = origin === location.origin && /^\/app(\/[\w%.~:@+-]+)*$/.test(pathname);
  return inside && !/^\/app(\/calls)?$/.test(pathname + search) ? pathname + search : undefined;
}

/** Remember an address of the app that needs a sign-in first. */
export function rememberDestination(href: string): void {
  const path = parse(href);
  if (path) sessionStorage.setItem(KEY, path);
}

/** The address to open after the sign-in, with the base of the app. */
export function destination(): string | undefined {
  return parse(sessionStorage.getItem(KEY) ?? '');
}

/** It has been opened. */
export function forgetDestination(): void {
  sessionStorage.removeItem(KEY);
}
