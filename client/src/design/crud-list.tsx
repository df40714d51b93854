import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { confirmAction } from './Confirm';
import { usePages } from './lists';
import { openDialog } from './dialogs';

interface CrudListOptions<T> {
  /** Query key of the list; invalidated after each change. */
  queryKey: readonly unknown[];
  load: Parameters<typeof usePages<T>>[1];
  remove: (one: T) => Promise<unknown>;
  /** Confirmation before deleting. */
  deleteConfirmation: (one: T) => { title: string; text: string };
  /** The form that creates or edits an item. */
  form: (one?: T) => { title: string; children: ReactNode };
  /** Polling interval of the list in ms. */
  pollMs?: number;
}

/** List of numbered items with create, edit and delete. */
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
    if (await confirmAction({ ...deleteConfirmation(one), confirmLabel: t`Delete`, cancelLabel: t`Cancel` }))
      removal.mutate(one);
  };
  const edit = (one?: T) => openDialog(form(one));
  const actions = (one: T) => (
    <>
      <Button size="xs" variant="default" onClick={() => edit(one)} aria-label={t`Edit ${one.number}`}>
        <Trans>Edit</Trans>
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
  return { list, removalFault: removal.error, actions, add: () => edit() };
}
