import { useQueryClient, type Query } from '@tanstack/react-query';
import { useEffect, useId, useSyncExternalStore } from 'react';
import { asProblem } from '~/core/problem';
import { createStore, useValue } from '~/core/store';
import { ErrorBar } from './ErrorBar';
import { isChoices } from './lists';

/** The last error of each list, as in `useLoadFault`. */
const faults = new WeakMap<Query, Error>();

/** Why a list was not loaded; not for one that the user may not read, because another try would not help. */
function faultOf(query: Query): Error | undefined {
  const { data, error } = query.state;
  if (error) faults.set(query, error);
  const fault = data === undefined && query.isActive() ? faults.get(query) : undefined;
  return fault && asProblem(fault).status !== 403 ? fault : undefined;
}

/** All notices, the newest last: that of a drawer after that of the page behind it. */
const notices = createStore<readonly string[]>([]);

function useIsNewest(): boolean {
  const id = useId();
  useEffect(() => {
    notices.setState((before) => [...before, id]);
    return () => notices.setState((before) => before.filter((each) => each !== id));
  }, [id]);
  return useValue(notices, (each) => each.at(-1) === id);
}

/** Says in a form that a list to choose from could not be loaded, with a button that tries again. */
export function ChoiceFaults() {
  const newest = useIsNewest();
  const queries = useQueryClient();
  const cache = queries.getQueryCache();
  const failed = () => cache.findAll({ predicate: (query) => isChoices(query.queryKey) && Boolean(faultOf(query)) });
  const fault = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () => failed().map(faultOf)[0],
  );
  const retry = () => Promise.all(failed().map((query) => queries.refetchQueries({ queryKey: query.queryKey })));
  return <ErrorBar fault={newest ? fault : undefined} retry={retry} />;
}
