import type { Permission } from '~/api';

/**
 * Return the chosen permissions after one was switched: with it come those that it is useful with, and without it go
 * those that are of no use alone.
 */
export function switched(
  chosen: readonly string[],
  name: string,
  on: boolean,
  all: readonly Pick<Permission, 'name' | 'needs'>[],
): string[] {
  const needs = new Map(all.map((each) => [each.name, each.needs]));
  const result = new Set(chosen);
  if (on) for (let each: string | null | undefined = name; each; each = needs.get(each)) result.add(each);
  else for (const each of [name, ...chosen.filter((other) => needs.get(other) === name)]) result.delete(each);
  return all.filter((each) => result.has(each.name)).map((each) => each.name);
}
