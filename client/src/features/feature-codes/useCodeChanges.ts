import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { events } from '~/api/events';

/** Fetches the list of an open page again when a code of the organisation has changed. */
export function useCodeChanges(): void {
  const queries = useQueryClient();
  useEffect(
    () => events.on('feature_codes', () => void queries.invalidateQueries({ queryKey: ['feature-codes'] })),
    [queries],
  );
}
