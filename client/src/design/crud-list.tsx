import { Button } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { confirmAction } from './Confirm';
import { usePages } from './lists';

interface CrudListOptions<T> {
  /** Of the list among all that is fetched; what is in it is new after each change. */
  queryKey: readonly unknown[];
  load: Parameters<typeof usePages<T>>[1];
  remove: (one: T) => Promise<unknown>;
  /** What is asked before one is deleted. */
  deleteConfirmation: (one: T) => { title: string; text: string };
  /** Where one is made, or changed. */
  form: (one?: T) => { title: string; children: ReactNode };
  /** How often the list is asked for again by itself, in ms. */
  pollMs?: number;
}

/** Things with numbers that an administrator makes, changes and deletes: their list, and what can be done with each. */
export function useCrudList<T extends { number: string }>({
  queryKey,
  load,
  remove,
  deleteConfirmation,
  form,
  pollMs,
}: CrudListOptions<T>) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const list = usePages<T>(queryKey, load, { pollMs });
  const removal = useMutation({
    mutationFn: remove,
    onSettled: () => queries.invalidateQueries({ queryKey: queryKey.slice(0, 1) }),
  });
  const confirmAndRemove = async (one: T) => {
    if (await confirmAction({ ...deleteConfirmation(one), confirmLabel: t`Delete`, cancelLabel: t`Leave it` }))
      removal.mutate(one);
  };
  const edit = (one?: T) => void modals.open(form(one));
  const actions = (one: T) => (
    <>
      <Button size="xs" variant="default" onClick={() => edit(one)} aria-label={t`Change ${one.number}`}>
        <Trans>Change</Trans>
      </Button>
      <Button
        size="xs"
        variant="default"
        onClick={() => void confirmAndRemove(one)}
        aria-label={t`Delete ${one.number}`}
      >
        <Trans>Delete</Trans>
      </Button>
    </>
  );
  return { list, fault: list.fault ?? removal.error, actions, add: () => edit() };
}
