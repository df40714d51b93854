import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice, InfoNotice } from '~/design/Notice';

/** Asks the administrators to erase the user's account. */
export function DeletionRequest() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const request = useMutation({
    mutationFn: () => api.sendOwnRequest({ body: { kind: 'deletion', text: '' } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['own-requests'] }),
  });
  const send = async () => {
    const confirmed = await confirmAction({
      title: t`Request erasure of your account?`,
      text: t`Your administrators are asked to erase your account and your data. You are told when it is done.`,
      confirmLabel: t`Send request`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) request.mutate();
  };
  if (request.isSuccess) return <InfoNotice>{t`Your request has been sent to your administrators.`}</InfoNotice>;
  return (
    <>
      <ErrorNotice fault={request.error} />
      <Button size="md" variant="light" color="red" loading={request.isPending} onClick={() => void send()}>
        <Trans>Request erasure of my account</Trans>
      </Button>
    </>
  );
}
