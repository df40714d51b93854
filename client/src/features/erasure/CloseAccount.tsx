import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { toast } from '~/core/toasts';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { StepUp, StepUpDialog } from '~/features/settings';
import { Plan } from './Plan';

/** Closes the user's own account: shows the consequences first, and lets them take it back for 14 days. */
export function CloseAccount() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [proof] = useState(() => new StepUp());
  const [shown, setShown] = useState(false);
  const plan = useQuery({
    queryKey: ['closing'],
    queryFn: async () => (await api.planClosing()).data,
    staleTime: 0,
    retry: false,
  });
  const changed = () => queries.invalidateQueries({ queryKey: ['closing'] });
  const close = useMutation({
    mutationFn: () => proof.run(() => api.closeOwnAccount()),
    onSuccess: (done) => done && setShown(false),
    onSettled: changed,
  });
  const keep = useMutation({
    mutationFn: () => api.keepOwnAccount(),
    onSuccess: () => toast({ message: t`Your account stays.` }),
    onSettled: changed,
  });
  const confirm = async () => {
    const confirmed = await confirmAction({
      title: t`Close your account?`,
      text: t`It works for 14 more days, in which you can take this back. Then it is erased.`,
      confirmLabel: t`Close account`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) close.mutate();
  };
  const found = plan.data;
  if (found?.scheduled) {
    return (
      <Stack>
        <InfoNotice title={t`Your account will be erased`}>
          <Trans>It begins on {formatDateTime(found.scheduled)}. Until then your account works as usual.</Trans>
        </InfoNotice>
        <ErrorNotice fault={keep.error} />
        <Button size="md" variant="light" loading={keep.isPending} onClick={() => keep.mutate()}>
          <Trans>Keep my account</Trans>
        </Button>
      </Stack>
    );
  }
  return (
    <Stack>
      {!shown && (
        <Button size="md" variant="light" color="red" onClick={() => setShown(true)}>
          <Trans>Close my account</Trans>
        </Button>
      )}
      {shown && plan.isPending && <SkeletonBlock height={120} />}
      {shown && (
        <>
          <ErrorBar fault={plan.error} retry={plan.refetch} />
          <ErrorNotice fault={close.error} />
        </>
      )}
      {shown && found && (
        <>
          <Plan plan={found} />
          <Text size="sm">
            <Trans>
              Your number, mailbox and devices are deleted too. Contracts and invoices are your organisation’s.
            </Trans>
          </Text>
          <Button size="md" variant="light" color="red" loading={close.isPending} onClick={() => void confirm()}>
            <Trans>Close my account in 14 days</Trans>
          </Button>
          <Button size="md" variant="default" onClick={() => setShown(false)}>
            <Trans>Cancel</Trans>
          </Button>
        </>
      )}
      <StepUpDialog proof={proof} />
    </Stack>
  );
}
