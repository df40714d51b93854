import { Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import type { AccessCopy as Copy } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { StepUp, StepUpDialog } from '~/features/settings';
import { copiesOf } from './copies';
import { CopyActions, CopyState } from './CopyState';

interface AccessCopyProps {
  /** The account it is about; without it only a copy requested here is shown. */
  personId?: string;
  /** The disclosure that the file is limited to. */
  disclosureId?: string;
  request: () => Promise<Copy>;
  tenant?: string;
}

/** A copy of personal data: order, progress, download, deletion. */
export function AccessCopy({ personId, disclosureId, request, tenant }: AccessCopyProps) {
  const queries = useQueryClient();
  const [proof] = useState(() => new StepUp());
  const found = useQuery(copiesOf(tenant));
  const order = useMutation({
    mutationFn: () => proof.run(request),
    onSettled: () => queries.invalidateQueries({ queryKey: ['access-copies'] }),
  });
  const copies = found.data?.filter((each) => each.disclosure_id === (disclosureId ?? null));
  const copy = copies?.find(
    (each) => disclosureId || (personId ? each.person_id === personId : each.id === order.data?.id),
  );
  const button = (
    <Button
      size="md"
      variant={copy ? 'default' : 'filled'}
      loading={order.isPending}
      disabled={!found.data}
      onClick={() => order.mutate()}
    >
      {copy ? <Trans>Make a new copy</Trans> : <Trans>Make a copy</Trans>}
    </Button>
  );
  return (
    <>
      <ErrorBar fault={found.error} retry={found.refetch} />
      <ErrorNotice fault={order.error} />
      {found.isPending && <SkeletonBlock height={44} />}
      {copy && <CopyState copy={copy} />}
      {copy && copy.state !== 'requested' && (
        <CopyActions copy={copy} tenant={tenant}>
          {button}
        </CopyActions>
      )}
      {found.data && !copy && <Group>{button}</Group>}
      <StepUpDialog proof={proof} />
    </>
  );
}
