import { Button } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { ask } from './Ask';
import { usePages } from './lists';

interface Numbered<T> {
  /** Of the list among all that is fetched; what is in it is new after each change. */
  queryKey: readonly unknown[];
  load: Parameters<typeof usePages<T>>[1];
  remove: (one: T) => Promise<unknown>;
  /** What is asked before one is deleted. */
  doubt: (one: T) => { title: string; text: string };
  /** Where one is made, or changed. */
  form: (one?: T) => { title: string; children: ReactNode };
  /** How often the list is asked for again by itself, in ms. */
  every?: number;
}

/** Things with numbers that an administrator makes, changes and deletes: their list, and what can be done with each. */
export function useNumbered<T extends { number: string }>({ queryKey, load, remove, doubt, form, every }: Numbered<T>) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const list = usePages<T>(queryKey, load, { every });
  const removing = useMutation({
    mutationFn: remove,
    onSettled: () => queries.invalidateQueries({ queryKey: queryKey.slice(0, 1) }),
  });
  const askAndRemove = async (one: T) => {
    if (await ask({ ...doubt(one), yes: t`Delete`, no: t`Leave it` })) removing.mutate(one);
  };
  const edit = (one?: T) => void modals.open(form(one));
  const actions = (one: T) => (
    <>
      <Button size="xs" variant="default" onClick={() => edit(one)} aria-label={t`Change ${one.number}`}>
        <Trans>Change</Trans>
      </Button>
      <Button size="xs" variant="default" onClick={() => void askAndRemove(one)} aria-label={t`Delete ${one.number}`}>
        <Trans>Delete</Trans>
      </Button>
    </>
  );
  return { list, fault: list.fault ?? removing.error, actions, add: () => edit() };
}
