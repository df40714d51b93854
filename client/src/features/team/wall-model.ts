import type { Colleague } from '~/api';

/** More tiles than this are not surveyed at a glance. */
const MAX_TILES = 60;

/** The colleagues of the wall, favourites first and then by name, and how many more there are. */
export function tilesOf(
  found: readonly Colleague[],
  favourites: readonly string[],
  locale: string,
): { tiles: Colleague[]; more: number } {
  const rank = ({ id }: Colleague) => (favourites.includes(id) ? favourites.indexOf(id) : favourites.length);
  const collator = new Intl.Collator(locale);
  const sorted = [...found].sort((a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name));
  return { tiles: sorted.slice(0, MAX_TILES), more: Math.max(0, sorted.length - MAX_TILES) };
}

/** The tile that a key presses: one of the first nine. */
export function keyOfTile(key: string, tiles: readonly Colleague[]): Colleague | undefined {
  return /^[1-9]$/.test(key) ? tiles[Number(key) - 1] : undefined;
}
