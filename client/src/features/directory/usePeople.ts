import { useEffect, useMemo } from 'react';
import type { Colleague } from '~/api';
import { useValue } from '~/core/store';
import { colleagues } from './colleagues';
import { favourites, restoreFavourites } from './favourites';
import { favouritesFirst } from './model';

/** All colleagues to choose from: favourites first, then the others by name. Loads both lists. */
export function usePeople(): Colleague[] {
  const all = useValue(colleagues.state, (each) => each.colleagues);
  const ids = useValue(favourites);
  useEffect(() => {
    void colleagues.open();
    void restoreFavourites();
  }, []);
  return useMemo(() => favouritesFirst(all, ids), [all, ids]);
}
