const VIEWS = ['recent', 'missed', 'voicemail', 'recordings'] as const;

/** One view of the tab of calls. */
export type CallsView = (typeof VIEWS)[number];

export interface CallsSearch {
  show?: CallsView;
  /** Open the dial pad. */
  pad?: boolean;
  /** A number or a link for the pad, from outside the app. It is shown and never called without a press. */
  number?: string;
}

const MAX_LINK = 200;

/** The number in the address of the dial pad, such as `tel:+4930…`; undefined for none. */
export function linkedNumber(search: Record<string, unknown>): string | undefined {
  const value = search['number'];
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  return text.slice(0, MAX_LINK) || undefined;
}

/** The search part of the address of the tab; unknown values are ignored. */
export function parseCallsSearch(search: Record<string, unknown>): CallsSearch {
  const show = VIEWS.find((each) => each === search['show']);
  const pad = search['pad'] === true;
  const number = pad ? linkedNumber(search) : undefined;
  return { ...(show && show !== 'recent' && { show }), ...(pad && { pad }), ...(number && { number }) };
}
