const VIEWS = ['recent', 'missed', 'voicemail', 'recordings'] as const;

/** One view of the tab of calls. */
export type CallsView = (typeof VIEWS)[number];

export interface CallsSearch {
  show?: CallsView;
  /** Open the dial pad. */
  pad?: boolean;
}

/** The search part of the address of the tab; unknown values are ignored. */
export function parseCallsSearch(search: Record<string, unknown>): CallsSearch {
  const show = VIEWS.find((each) => each === search['show']);
  return { ...(show && show !== 'recent' && { show }), ...(search['pad'] === true && { pad: true }) };
}
