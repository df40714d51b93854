import { Button, Group, Loader, Skeleton, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type AccessCopy as Copy } from '~/api';
import { formatDate, formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { download } from '~/design/table/csv';
import { StepUp, StepUpDialog } from '~/features/settings';
import { fileSize } from './file-size';

const POLL_MS = 1_500;

interface AccessCopyProps {
  /** Whether a copy is the one that is meant. */
  isMeant: (copy: Copy) => boolean;
  request: () => Promise<Copy>;
  tenant?: string;
}

/** A copy of personal data: order, progress, download, end. */
export function AccessCopy({ isMeant, request, tenant }: AccessCopyProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [proof] = useState(() => new StepUp());
  const key = ['access-copies', tenant];
  const found = useQuery({
    queryKey: key,
    queryFn: async () => (await api.listAccessCopies({ query: { tenant } })).data.items,
    refetchInterval: ({ state }) => (state.data?.some((each) => each.state === 'requested') ? POLL_MS : false),
    staleTime: 0,
  });
  const onSettled = () => queries.invalidateQueries({ queryKey: key });
  const order = useMutation({ mutationFn: () => proof.run(request), onSettled });
  const save = useMutation({ mutationFn: (copy: Copy) => proof.run(() => saveCopy(copy, tenant)) });
  const remove = useMutation({
    mutationFn: ({ id }: Copy) => api.deleteAccessCopy({ path: { copy_id: id }, query: { tenant } }),
    onSettled,
  });
  const copy = found.data?.find(isMeant);
  const orderButton = (
    <Button
      size="md"
      variant={copy ? 'default' : 'filled'}
      loading={order.isPending}
      disabled={!found.data}
      onClick={() => order.mutate()}
    >
      {copy?.state === 'failed' ? (
        <Trans>Try again</Trans>
      ) : copy ? (
        <Trans>Make a new copy</Trans>
      ) : (
        <Trans>Make a copy</Trans>
      )}
    </Button>
  );
  return (
    <>
      <ErrorNotice fault={found.error ?? order.error ?? save.error ?? remove.error} />
      {found.isPending && <Skeleton h={44} aria-label={t`Loading`} />}
      {copy && <CopyState copy={copy} />}
      {copy?.state === 'ready' ? (
        <Group gap="xs">
          <Button size="md" loading={save.isPending} onClick={() => save.mutate(copy)}>
            <Trans>Download</Trans>
          </Button>
          {orderButton}
          <Button size="md" variant="default" loading={remove.isPending} onClick={() => remove.mutate(copy)}>
            <Trans>Delete</Trans>
          </Button>
        </Group>
      ) : (
        found.data && copy?.state !== 'requested' && <Group>{orderButton}</Group>
      )}
      <StepUpDialog proof={proof} />
    </>
  );
}

function CopyState({ copy }: { copy: Copy }) {
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

async function saveCopy({ id }: Copy, tenant?: string): Promise<void> {
  const answer = await api.downloadAccessCopy({ path: { copy_id: id }, query: { tenant }, parseAs: 'blob' });
  download('access-copy.zip', answer.data as Blob, 'application/zip');
}
