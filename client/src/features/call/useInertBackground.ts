import { useEffect } from 'react';

/** While a call has the screen, what lies beneath is out of reach of keys and screen readers too. */
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
