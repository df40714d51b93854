import { useEffect, useRef, useState, type MouseEvent } from 'react';

/** Time without a movement or key until the controls over a video fade, milliseconds. */
const FADE_AFTER_MS = 3_000;
const WAKING = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;

/**
 * Whether the controls are faded: never with reduced motion, nor while one of them has the keyboard focus. The tap that
 * brings them back does nothing else: `onClickCapture` stops it.
 */
export function useFading(enabled: boolean) {
  const [faded, setFaded] = useState(false);
  const waking = useRef(false);
  useEffect(() => {
    if (!enabled || matchMedia('(prefers-reduced-motion: reduce)').matches) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    let hidden = false;
    const set = (next: boolean) => setFaded((hidden = next));
    const wake = (event?: Event) => {
      if (event?.type === 'pointerdown') waking.current = hidden;
      set(false);
      clearTimeout(timer);
      timer = setTimeout(fade, FADE_AFTER_MS);
    };
    const fade = () => (document.querySelector('[data-call] button:focus-visible') ? wake() : set(true));
    for (const name of WAKING) window.addEventListener(name, wake, true);
    wake();
    return () => {
      clearTimeout(timer);
      set(false);
      for (const name of WAKING) window.removeEventListener(name, wake, true);
    };
  }, [enabled]);
  const onClickCapture = (event: MouseEvent) => {
    if (waking.current) event.stopPropagation();
    waking.current = false;
  };
  return { faded, onClickCapture };
}
