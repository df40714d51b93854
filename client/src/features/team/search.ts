/** The view of the tab of the team: colleagues, or the conference rooms. */
export interface TeamSearch {
  show?: 'rooms';
}

/** The search part of the address of the tab; unknown values are ignored. */
export function parseTeamSearch(search: Record<string, unknown>): TeamSearch {
  return search['show'] === 'rooms' ? { show: 'rooms' } : {};
}
