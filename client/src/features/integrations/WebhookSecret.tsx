import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Webhook } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice } from '~/design/Notice';

interface WebhookSecretProps {
  webhook: Webhook;
  tenant?: string;
  onSecret: (secret: string) => void;
}

/** Replaces the secret of a webhook. */
export function WebhookSecret({ webhook: { id, name }, tenant, onSecret }: WebhookSecretProps) {
  const { t } = useLingui();
  const replacement = useMutation({
    mutationFn: async () => (await api.rotateWebhookSecret({ path: { webhook: id }, query: { tenant } })).data,
    onSuccess: ({ secret }) => onSecret(secret),
  });
  const replace = async () => {
    const confirmed = await confirmAction({
      title: t`Replace the secret of ${name}?`,
      text: t`For a day, messages are signed with the old secret as well. Enter the new one at the receiver until then.`,
      confirmLabel: t`Replace`,
      cancelLabel: t`Cancel`,
      dangerous: false,
    });
    if (confirmed) replacement.mutate();
  };
  return (
    <>
      <ErrorNotice fault={replacement.error} />
      <Button
        size="md"
        variant="default"
        leftSection={<IconKey size={18} aria-hidden />}
        loading={replacement.isPending}
        onClick={() => void replace()}
      >
        <Trans>Replace the secret</Trans>
      </Button>
    </>
  );
}
