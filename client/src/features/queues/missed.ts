import type { QueueVisit } from '~/api';

/** Callers that no agent has answered and who have not come through since, newest first, once each. */
export function missedCallers<V extends Pick<QueueVisit, 'number' | 'outcome' | 'arrived'>>(visits: readonly V[]): V[] {
  const seen = new Set<string>();
  const newestFirst = [...visits].sort((one, other) => other.arrived.localeCompare(one.arrived));
  return newestFirst.filter(({ number, outcome }) => {
    if (!number || seen.has(number)) return false;
    seen.add(number);
    return outcome !== 'answered';
  });
}
