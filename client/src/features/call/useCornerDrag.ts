import { useRef, useState, type CSSProperties, type PointerEvent } from 'react';

const CORNERS = ['top-right', 'bottom-right', 'bottom-left', 'top-left'] as const;
export type Corner = (typeof CORNERS)[number];

/** Movement in CSS pixels from which a press is a drag. */
const DRAG_PX = 6;

/** The corner of an area nearest to a point. */
function nearestCorner(x: number, y: number, area: { width: number; height: number }): Corner {
  const side = x < area.width / 2 ? 'left' : 'right';
  return y < area.height / 2 ? `top-${side}` : `bottom-${side}`;
}

/** An element that is dragged into the corners of the window. A press without movement calls `onPress`. */
export function useCornerDrag(initial: Corner, onPress: (moveOn: () => void) => void) {
  const [corner, setCorner] = useState<Corner>(initial);
  const [offset, setOffset] = useState<{ x: number; y: number }>();
  const start = useRef<{ x: number; y: number }>(undefined);
  const dragged = useRef(false);
  const style: CSSProperties | undefined = offset && { translate: `${offset.x}px ${offset.y}px` };
  return {
    'data-corner': corner,
    style,
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      dragged.current = false;
      start.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!start.current) return;
      const moved = { x: event.clientX - start.current.x, y: event.clientY - start.current.y };
      if (!dragged.current && Math.hypot(moved.x, moved.y) < DRAG_PX) return;
      dragged.current = true;
      setOffset(moved);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      start.current = undefined;
      setOffset(undefined);
      if (!dragged.current) return;
      setCorner(nearestCorner(event.clientX, event.clientY, { width: innerWidth, height: innerHeight }));
    },
    onPointerCancel: () => {
      start.current = undefined;
      setOffset(undefined);
    },
    onClick: () => {
      if (dragged.current) dragged.current = false;
      else onPress(() => setCorner((before) => CORNERS[(CORNERS.indexOf(before) + 1) % CORNERS.length]!));
    },
  };
}
