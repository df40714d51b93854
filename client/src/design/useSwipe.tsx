import type { Icon } from '@tabler/icons-react';
import { useRef, useState, type CSSProperties, type MouseEvent, type PointerEvent, type ReactNode } from 'react';
import { chosenSide, moveSwipe, sideOf, startSwipe, type Swipe, type SwipeSide } from './swipe';
import css from './swipe.module.css';

interface SwipeAction {
  label: string;
  icon: Icon;
  /** Red instead of green. */
  removes?: boolean;
  run: () => void;
}

/** The actions of swiping a row to a side. Each needs a button elsewhere, for the keyboard, the mouse and readers. */
export type SwipeActions = Partial<Record<SwipeSide, SwipeAction>>;

/** Properties and content of an element that is swiped with a finger. */
export function useSwipe(actions: SwipeActions = {}) {
  const [swipe, setSwipe] = useState<Swipe>();
  const swiped = useRef(false);
  const sides = (['left', 'right'] as const).filter((side) => actions[side]);
  const end = (event: PointerEvent, chosen?: SwipeSide) => {
    if (!swipe) return;
    swiped.current = swipe.state === 'swiping' && event.type === 'pointerup';
    setSwipe(undefined);
    if (chosen) actions[chosen]?.run();
  };
  const side = swipe?.state === 'swiping' && swipe.offset !== 0 ? sideOf(swipe.offset) : undefined;
  const shown = side && actions[side];
  const content: ReactNode = shown && (
    <span
      className={css.action}
      data-side={side}
      data-removes={shown.removes || undefined}
      data-chosen={chosenSide(swipe!) ? '' : undefined}
      aria-hidden
    >
      <shown.icon size={22} />
      {shown.label}
    </span>
  );
  const properties = sides.length > 0 && {
    'data-swipeable': '',
    'data-swiping': side,
    style: side && ({ '--swiped': `${swipe!.offset}px` } as CSSProperties),
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      swiped.current = false;
      if (event.pointerType === 'touch' && event.isPrimary)
        setSwipe(startSwipe(event.clientX, event.clientY, innerWidth));
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!swipe) return;
      const moved = moveSwipe(swipe, event.clientX, event.clientY, sides);
      // From here on the finger may leave the row.
      if (moved.state === 'swiping' && swipe.state !== 'swiping')
        event.currentTarget.setPointerCapture(event.pointerId);
      setSwipe(moved);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => end(event, swipe && chosenSide(swipe)),
    onPointerCancel: (event: PointerEvent<HTMLElement>) => end(event),
    onClickCapture: (event: MouseEvent) => {
      if (!swiped.current) return;
      swiped.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
  return { className: css.swipeable, properties, content };
}
