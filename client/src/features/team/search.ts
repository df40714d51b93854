/** The view of the tab of the team: colleagues, contacts or conference rooms. */
export interface TeamSearch {
  show?: 'contacts' | 'rooms';
}

/** The search part of the address of the tab; unknown values are ignored. */
export function parseTeamSearch(search: Record<string, unknown>): TeamSearch {
  const { show } = search;
  return show === 'rooms' || show === 'contacts' ? { show } : {};
}
