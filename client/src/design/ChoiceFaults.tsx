import { useQueryClient, type Query } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { ErrorBar } from './ErrorBar';
import { isChoices } from './lists';

const hasFailed = (query: Query) => query.isActive() && query.state.data === undefined && query.state.error !== null;

/** Says in a form that a list to choose from could not be loaded, with a button that tries again. */
export function ChoiceFaults() {
  const queries = useQueryClient();
  const cache = queries.getQueryCache();
  const failed = () => cache.findAll({ predicate: (query) => isChoices(query.queryKey) && hasFailed(query) });
  const fault = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () => failed()[0]?.state.error,
  );
  const retry = () => Promise.all(failed().map((query) => queries.refetchQueries({ queryKey: query.queryKey })));
  return <ErrorBar fault={fault} retry={retry} />;
}
