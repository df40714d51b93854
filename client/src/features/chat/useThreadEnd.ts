import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * Keeps the end of a thread in view while it grows, unless the user has scrolled up to read older messages: then
 * `behind` says that newer ones have arrived below. `newest`: the id of the newest message; `sent`: how many own ones
 * wait, because sending leads to the end.
 */
export function useThreadEnd(newest: string | undefined, sent: number) {
  const thread = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const seen = useRef(newest);
  const [behind, setBehind] = useState(false);
  const toEnd = useCallback(() => {
    end.current?.scrollIntoView({ block: 'end' }); // returns a promise in newer browsers
  }, []);
  useEffect(() => {
    if (!end.current || !thread.current) return undefined;
    const position = new IntersectionObserver((entries) => {
      atEnd.current = entries.at(-1)!.isIntersecting;
      if (atEnd.current) setBehind(false);
    });
    // Runs before the other one in each frame: `atEnd` is still the one before the thread grew. Photos grow late, and a
    // banner or the bar of a call changes the size of what the thread is in.
    const size = new ResizeObserver(() => atEnd.current && toEnd());
    position.observe(end.current);
    for (let each: Element | null = thread.current; each; each = each.parentElement) size.observe(each);
    return () => {
      position.disconnect();
      size.disconnect();
    };
  }, [toEnd]);
  useEffect(toEnd, [sent, toEnd]);
  useEffect(() => {
    if (newest !== seen.current && !atEnd.current) setBehind(true);
    seen.current = newest;
  }, [newest]);
  return { thread, end, behind, toEnd };
}
