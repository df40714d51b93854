import { useQuery } from '@tanstack/react-query';
import { api } from '~/api';

/** Query key of the suggestions. */
export const SUGGESTIONS = ['suggestions'];

/** The parties that the user calls most; empty without consent. */
export function useSuggestions() {
  const found = useQuery({
    queryKey: SUGGESTIONS,
    queryFn: async () => (await api.listSuggestions()).data,
    staleTime: 0,
    retry: false,
  });
  return found.data?.items ?? [];
}
