/** A finger that moves a row sideways. Pure; lengths are CSS pixels, to the right positive. */

/** From this length on the movement is a swipe, if it is rather horizontal; before, it may become scrolling or a tap. */
const CLAIM_PX = 12;
/** From this length on the action is run when the finger is lifted. */
const RUN_PX = 88;
/** At the edges of the screen phones go back and forth between pages. */
const EDGE_PX = 24;

export type SwipeSide = 'left' | 'right';

export interface Swipe {
  x: number;
  y: number;
  /** How far the row has moved. */
  offset: number;
  state: 'undecided' | 'swiping' | 'scrolling';
}

/** Undefined where a movement belongs to the browser. */
export function startSwipe(x: number, y: number, width: number): Swipe | undefined {
  if (x < EDGE_PX || x > width - EDGE_PX) return undefined;
  return { x, y, offset: 0, state: 'undecided' };
}

export function moveSwipe(swipe: Swipe, x: number, y: number, sides: readonly SwipeSide[]): Swipe {
  const moved = x - swipe.x;
  if (swipe.state === 'scrolling') return swipe;
  if (swipe.state === 'undecided') {
    const sideways = Math.abs(moved) > 2 * Math.abs(y - swipe.y);
    if (Math.hypot(moved, y - swipe.y) < CLAIM_PX) return swipe;
    if (!sideways || !sides.includes(sideOf(moved))) return { ...swipe, state: 'scrolling' };
  }
  return { ...swipe, state: 'swiping', offset: sides.includes(sideOf(moved)) ? moved : 0 };
}

export function sideOf(offset: number): SwipeSide {
  return offset < 0 ? 'left' : 'right';
}

/** The side whose action is run if the finger is lifted now. */
export function chosenSide({ offset, state }: Swipe): SwipeSide | undefined {
  return state === 'swiping' && Math.abs(offset) >= RUN_PX ? sideOf(offset) : undefined;
}
