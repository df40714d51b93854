import { Button, List, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Closing } from '~/api';
import { useIsOperator } from '~/api/session';
import { toast } from '~/core/toasts';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { StepUp, StepUpDialog } from '~/features/settings';

interface CloseOrganisationProps {
  tenant: string;
  name: string;
}

/** Closes the organisation: shows the consequences first. It can be taken back until it is erased. */
export function CloseOrganisation({ tenant, name }: CloseOrganisationProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const operator = useIsOperator();
  const [proof] = useState(() => new StepUp());
  const [shown, setShown] = useState(false);
  const path = { tenant };
  const plan = useQuery({
    queryKey: ['tenant-closing', tenant],
    queryFn: async () => (await api.planTenantClosing({ path })).data,
    staleTime: 0,
  });
  const changed = () => queries.invalidateQueries({ queryKey: ['tenant-closing'] });
  const close = useMutation({
    mutationFn: () => proof.run(() => api.closeTenant({ path, body: {} })),
    onSuccess: (done) => done && setShown(false),
    onSettled: changed,
  });
  const reopen = useMutation({
    mutationFn: () => api.reopenTenant({ path }),
    onSuccess: () => toast({ message: t`${name} is active again.` }),
    onSettled: changed,
  });
  const found = plan.data;
  const confirm = async () => {
    const days = found?.days ?? 30;
    const confirmed = await confirmAction({
      title: t`Close ${name}?`,
      text: t`Everyone is signed out and all calls end now. Phones reach only emergency numbers. After ${plural(days, { one: '# day', other: '# days' })} everything is erased. Until then an administrator who signs in can take this back.`,
      confirmLabel: t`Close the organisation`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) close.mutate();
  };
  return (
    <Section title={t`Close the organisation`}>
      <ErrorBar fault={plan.error} retry={plan.refetch} />
      <ErrorNotice fault={close.error ?? reopen.error} />
      {found?.erases ? (
        <>
          <InfoNotice title={t`This organisation is closed`}>
            <Text size="sm">
              <Trans>It will be erased on {formatDateTime(found.erases)}.</Trans>
            </Text>
          </InfoNotice>
          {operator && (
            <Button size="md" variant="default" loading={reopen.isPending} onClick={() => reopen.mutate()}>
              <Trans>Reopen the organisation</Trans>
            </Button>
          )}
        </>
      ) : (
        <Stack>
          {!shown && (
            <Button
              size="md"
              variant="default"
              color="red.9"
              style={{ alignSelf: 'start' }}
              onClick={() => setShown(true)}
            >
              <Trans>Close the organisation</Trans>
            </Button>
          )}
          {shown && !found && <SkeletonBlock height={120} />}
          {shown && found && (
            <>
              <Consequences closing={found} />
              <Button size="md" color="red.9" loading={close.isPending} onClick={() => void confirm()}>
                <Trans>Close the organisation</Trans>
              </Button>
              <Button size="md" variant="default" onClick={() => setShown(false)}>
                <Trans>Cancel</Trans>
              </Button>
            </>
          )}
        </Stack>
      )}
      <StepUpDialog proof={proof} />
    </Section>
  );
}

function Consequences({ closing }: { closing: Closing }) {
  const { people, extensions, numbers, recordings, invoices, open_invoices: open } = closing;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        <Plural value={closing.days} one="After # day this is erased:" other="After # days this is erased:" />
      </Text>
      <List size="sm">
        <List.Item>
          <Plural value={people} one="# account" other="# accounts" />
        </List.Item>
        <List.Item>
          <Plural value={extensions} one="# extension" other="# extensions" />
        </List.Item>
        <List.Item>
          <Plural value={numbers} one="# public number" other="# public numbers" />
        </List.Item>
        <List.Item>
          <Plural value={recordings} one="# recording" other="# recordings" />
        </List.Item>
        <List.Item>
          <Trans>Calls, messages, voicemail, contacts and settings</Trans>
        </List.Item>
      </List>
      <Text size="sm" fw={600}>
        <Trans>This stays:</Trans>
      </Text>
      <List size="sm">
        <List.Item>
          <Plural
            value={invoices}
            one="# invoice or credit note, for eight years, as the law requires"
            other="# invoices and credit notes, for eight years, as the law requires"
          />
        </List.Item>
        {open > 0 && (
          <List.Item>
            <Plural value={open} one="# of them is to be paid" other="# of them are to be paid" />
          </List.Item>
        )}
      </List>
      <Text size="sm">
        <Trans>Calls that are on no invoice yet are invoiced in the next month.</Trans>
      </Text>
    </Stack>
  );
}
