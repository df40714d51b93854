import type { NewRoute, Route } from '~/api';

export interface RouteValues {
  name: string;
  pattern: string;
  trunks: string[];
  strip: number;
  prepend: string;
  caller_id: string;
}

export function valuesOf(route?: Route): RouteValues {
  if (!route) return { name: '', pattern: '', trunks: [], strip: 0, prepend: '', caller_id: '' };
  const { name, pattern, trunks, strip, prepend, caller_id } = route;
  return { name, pattern, trunks, strip, prepend, caller_id };
}

/** The highest position that the server accepts. */
const LAST_POSITION = 10_000;

/** Routes in the order in which they are tried: by position, then the pattern that fewer numbers match. */
export function inOrder(routes: Route[]): Route[] {
  return routes.toSorted((one, other) => {
    const [first, second] = [one, other].map(({ position, pattern }) => [position, ...breadth(pattern)]);
    const place = first!.findIndex((value, index) => value !== second![index]);
    return place < 0 ? one.created.localeCompare(other.created) : first![place]! - second![place]!;
  });
}

/** The fewer numbers match a pattern, the lower: fixed characters, wildcards, and an open end, as the server ranks. */
function breadth(pattern: string): [number, number, number] {
  const open = /[.!]$/.test(pattern);
  const characters = pattern.replace(/[.!]$/, '').match(/\[[^\]]*\]|./g) ?? [];
  const fixed = characters.filter((each) => /^[0-9+*#]$|^\[\d\]$/.test(each)).length;
  return [-fixed, fixed - characters.length, open ? 1 : 0];
}

export interface Placement {
  id: string;
  position: number;
}

/** The positions to change so that a route is tried one place earlier (-1) or later (1); none at either end. */
export function moved(ordered: Route[], id: string, step: -1 | 1): Placement[] {
  const from = ordered.findIndex((each) => each.id === id);
  const to = from + step;
  if (from < 0 || to < 0 || to >= ordered.length) return [];
  const [one, other] = [ordered[from]!, ordered[to]!];
  const after = ordered.map((each, index) => (index === from ? other : index === to ? one : each));
  const positions = ordered.map(({ position }) => position);
  // Positions of their own can be exchanged; equal ones are numbered anew.
  const distinct = positions.every((position, index) => index === 0 || position > positions[index - 1]!);
  const gap = Math.min(10, Math.floor(LAST_POSITION / after.length));
  return after
    .map((route, index) => ({ id: route.id, position: distinct ? positions[index]! : (index + 1) * gap, route }))
    .filter(({ position, route }) => position !== route.position)
    .map(({ id: changed, position }) => ({ id: changed, position }));
}

/** The position behind all others, for a new route. */
export function nextPosition(routes: Route[]): number {
  return Math.min(LAST_POSITION, Math.max(0, ...routes.map(({ position }) => position)) + 10);
}

export function newRoute(values: RouteValues, routes: Route[]): NewRoute {
  return { ...values, position: nextPosition(routes) };
}

/** An example of what a route makes of the form of a number that its pattern matches; undefined if it stays. */
export function example(values: Pick<RouteValues, 'pattern' | 'strip' | 'prepend'>) {
  const { pattern, strip, prepend } = values;
  if (!strip && !prepend) return undefined;
  const number = pattern.startsWith('+') ? '+49301234567' : '0301234567';
  return { number, as: prepend + number.slice(strip) };
}
