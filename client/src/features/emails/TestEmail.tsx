import { Alert, Button, Group, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';

/** Sends a test, and shows the answer of the mail server. */
export function TestEmail({ tenant, sender }: { tenant?: string; sender: string }) {
  const { t } = useLingui();
  const [address, setAddress] = useState('');
  const test = useMutation({
    mutationFn: async () => (await api.sendTestEmail({ body: { address }, query: { tenant } })).data,
  });
  const answer = test.data && `${test.data.status || ''} ${test.data.reply}`.trim();
  return (
    <Section title={t`Test`} lead={<Trans>E-mails are sent from {sender}.</Trans>}>
      <form
        data-transient
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate();
        }}
      >
        <Group align="flex-end">
          <TextInput
            type="email"
            required
            label={t`Send a test to`}
            autoComplete="email"
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={test.isPending}>
            <Trans>Send a test</Trans>
          </Button>
        </Group>
      </form>
      <ErrorNotice fault={test.error} />
      <div role="status">
        {test.data && !test.isPending && (
          <Alert
            color={test.data.accepted ? 'teal' : 'red'}
            variant="light"
            icon={test.data.accepted ? <IconCircleCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
            title={
              test.data.accepted
                ? t`The mail server has accepted the test.`
                : t`The mail server has not accepted the test.`
            }
          >
            {answer || <Trans>It has not answered.</Trans>}
          </Alert>
        )}
      </div>
    </Section>
  );
}
