import { queryOptions } from '@tanstack/react-query';
import { api } from '~/api';
import { refreshSession } from '~/api/session';

export type Language = 'en' | 'de';

/** The changes of the privacy policy since the user accepted it. */
export const policyState = queryOptions({
  queryKey: ['own-policy'],
  queryFn: async () => (await api.showOwnPolicyState()).data,
});

/** The record of processing: what is stored, with purposes, periods and recipients. */
export const processingRecord = (language: Language) =>
  queryOptions({
    queryKey: ['processing', language],
    queryFn: async () => (await api.showProcessingRecord({ query: { language } })).data,
  });

/** Record an answer to the policy in force, and fetch what is open after it. */
export async function answerPolicy(
  version: string,
  answer: 'agreed' | 'continued' | 'refused',
  language: string,
): Promise<void> {
  await api.answerPolicy({ body: { version, answer, language: language as Language } });
  if (answer !== 'refused') await refreshSession();
}
