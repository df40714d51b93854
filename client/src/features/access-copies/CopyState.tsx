import { Button, Group, Loader, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { api, type AccessCopy } from '~/api';
import { formatDate, formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { download } from '~/design/table/csv';
import { StepUp, StepUpDialog } from '~/features/settings';
import { fileSize } from '~/design/file-size';

/** State of a copy in words: in progress, until when it can be downloaded, or why there is none. */
export function CopyState({ copy }: { copy: AccessCopy }) {
  const [requested, expires, size] = [formatDateTime(copy.requested), formatDate(copy.expires), fileSize(copy.size)];
  switch (copy.state) {
    case 'requested':
      return (
        <Group gap="sm" wrap="nowrap" role="status">
          <Loader size="sm" aria-hidden />
          <Text size="sm">
            <Trans>The copy is being made. You can leave this page meanwhile.</Trans>
          </Text>
        </Group>
      );
    case 'ready':
      return (
        <Text size="sm" role="status">
          <Trans>
            Ready: {size}, requested {requested}. It is deleted on {expires}.
          </Trans>
        </Text>
      );
    case 'failed':
      return (
        <Text size="sm" role="alert">
          {copy.problem === 'storage_full' ? (
            <Trans>The copy could not be made: the server has no room for it. Inform your administrator.</Trans>
          ) : (
            <Trans>The copy could not be made. Try again later, or inform your administrator.</Trans>
          )}
        </Text>
      );
  }
}

/** Buttons of a copy: download if it is ready, `children`, deletion. */
export function CopyActions({ copy, tenant, children }: { copy: AccessCopy; tenant?: string; children?: ReactNode }) {
  const queries = useQueryClient();
  const [proof] = useState(() => new StepUp());
  const which = { path: { copy_id: copy.id }, query: { tenant } };
  const save = useMutation({
    mutationFn: () =>
      proof.run(async () => {
        const { data } = await api.downloadAccessCopy({ ...which, parseAs: 'blob' });
        download(copy.disclosure_id ? 'disclosure.zip' : 'access-copy.zip', data as Blob, 'application/zip');
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['disclosures'] }),
  });
  const remove = useMutation({
    mutationFn: () => api.deleteAccessCopy(which),
    onSettled: () => queries.invalidateQueries({ queryKey: ['access-copies'] }),
  });
  return (
    <>
      <ErrorNotice fault={save.error ?? remove.error} />
      <Group gap="xs">
        {copy.state === 'ready' && (
          <Button size="md" loading={save.isPending} onClick={() => save.mutate()}>
            <Trans>Download</Trans>
          </Button>
        )}
        {children}
        <Button size="md" variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
          <Trans>Delete</Trans>
        </Button>
      </Group>
      <StepUpDialog proof={proof} />
    </>
  );
}
