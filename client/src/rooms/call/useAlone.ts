import { useEffect } from 'react';

/** While a call has the screen, what lies beneath is out of reach of keys and screen readers too. */
export function useAlone(alone: boolean): void {
  useEffect(() => {
    if (!alone) return undefined;
    const beneath = [...document.querySelectorAll<HTMLElement>('.app, .unframed')];
    for (const each of beneath) each.inert = true;
    return () => {
      for (const each of beneath) each.inert = false;
    };
  }, [alone]);
}
