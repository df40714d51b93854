import { useEffect } from 'react';

/** While a call fills the screen, make the page beneath inert for keyboard and screen readers. */
export function useInertBackground(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined;
    const background = [...document.querySelectorAll<HTMLElement>('.app, .unframed')];
    for (const each of background) each.inert = true;
    return () => {
      for (const each of background) each.inert = false;
    };
  }, [active]);
}
