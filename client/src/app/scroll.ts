import type { ParsedLocation } from '@tanstack/react-router';

/**
 * Whether the router may scroll the page for a location, for its `scrollRestoration`. The history entries of a call have
 * the address of the page below it, which stays where it is.
 */
export function createScrollRule(): (to: { location: ParsedLocation }) => boolean {
  let last: ParsedLocation | undefined;
  return ({ location }) => {
    const ofCall = [location, last].some((each) => each && 'call' in each.state);
    const stays = ofCall && location.href === last?.href;
    last = location;
    return !stays;
  };
}
