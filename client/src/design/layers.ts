import { useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useRef } from 'react';

/** All that lies above the page, the newest last. */
const layers: object[] = [];

/** Whether something lies above the page. */
export const hasLayers = () => layers.length > 0;

/** The present address, without scrolling. */
const HERE = { to: '.', search: true, hash: true, params: true, resetScroll: false } as const;

/**
 * A drawer, sheet or dialog above the page: Back closes it instead of leaving the page. Only the newest layer is closed;
 * the returned function does so, for Escape and the like, which reach all. `unsaved` has the browser ask before the page
 * is closed or loaded again.
 */
export function useLayer(opened: boolean, close: () => void, unsaved?: () => boolean): () => void {
  const router = useRouter({ warn: false });
  const latest = useRef({ close, unsaved, layer: {} });
  useEffect(() => {
    Object.assign(latest.current, { close, unsaved });
  });
  const closeNewest = useCallback(() => {
    if (layers.at(-1) === latest.current.layer) latest.current.close();
  }, []);
  useEffect(() => {
    if (!opened) return;
    const { layer } = latest.current;
    layers.push(layer);
    // Back from the first entry would leave the program. The state makes it an entry of its own.
    if (router && !router.history.canGoBack()) void router.navigate({ ...HERE, state: { layer: true } as never });
    const unblock = router?.history.block({
      blockerFn: ({ action }) => {
        if (action !== 'BACK' || layers.at(-1) !== layer) return false;
        latest.current.close();
        return true;
      },
      enableBeforeUnload: () => latest.current.unsaved?.() ?? false,
    });
    return () => {
      unblock?.();
      // An Escape that closed this layer still reaches the one below.
      setTimeout(() => layers.splice(layers.indexOf(layer), 1));
    };
  }, [opened, router]);
  return closeNewest;
}
