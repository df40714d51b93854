import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Disclosure, type PrivacyRequest } from '~/api';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { confirmAction } from '~/design/Confirm';
import { formatDate, formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { StepUp, StepUpDialog } from '~/features/settings';
import { DisclosedScope } from './DisclosedScope';
import { Handovers } from './Handovers';
import { ProposeDisclosure } from './ProposeDisclosure';
import { RequestHolds } from './RequestHolds';
import { DISCLOSURE_STATES } from './request-texts';
import { usePersonNames } from './usePersonNames';
import classes from './privacy.module.css';

interface DisclosuresProps {
  request: PrivacyRequest;
  tenant?: string;
}

/** Disclosures to an authority: one administrator proposes each, another one decides. */
export function Disclosures({ request, tenant }: DisclosuresProps) {
  const found = useQuery({
    queryKey: ['disclosures', tenant, request.id],
    queryFn: async () =>
      (await api.listDisclosures({ path: { request_id: request.id }, query: { tenant } })).data.items,
    staleTime: 0,
  });
  return (
    <Stack gap="sm">
      <Text fw={600}>
        <Trans>Disclosures</Trans>
      </Text>
      <Text size="sm" c="dimmed">
        <Trans>
          Two administrators take part in each: one proposes it, another one decides. The person sees it later.
        </Trans>
      </Text>
      <ErrorBar fault={found.error} retry={found.refetch} />
      {found.isPending && <SkeletonBlock height={80} />}
      {found.data?.length === 0 && (
        <Text size="sm">
          <Trans>Nothing is disclosed or proposed.</Trans>
        </Text>
      )}
      {found.data?.map((each) => (
        <OneDisclosure key={each.id} disclosure={each} request={request} tenant={tenant} />
      ))}
      {request.steps.length > 0 && <ProposeDisclosure request={request} tenant={tenant} />}
      <RequestHolds request={request} tenant={tenant} />
    </Stack>
  );
}

function OneDisclosure({ disclosure, request, tenant }: DisclosuresProps & { disclosure: Disclosure }) {
  const { t } = useLingui();
  const nameOf = usePersonNames(tenant);
  const { state, scope, silent_until, decided } = disclosure;
  const [proposer, proposedAt] = [nameOf(disclosure.proposed_by), formatDateTime(disclosure.proposed)];
  const [decider, decidedAt] = [nameOf(disclosure.decided_by ?? ''), decided ? formatDateTime(decided) : ''];
  const silent = silent_until && Date.parse(silent_until) > Date.now() ? formatDate(silent_until) : undefined;
  return (
    <Stack gap={4} className={classes.card}>
      <Group gap="xs">
        <Text fw={600} dir="auto">
          {disclosure.person_id ? nameOf(disclosure.person_id) : disclosure.number || <Trans>An erased caller</Trans>}
        </Text>
        <Badge
          variant={state === 'proposed' ? 'default' : 'filled'}
          color={state === 'rejected' ? 'gray.7' : undefined}
        >
          {t(DISCLOSURE_STATES[state])}
        </Badge>
      </Group>
      <Text size="sm" dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {scope}
      </Text>
      <DisclosedScope scope={disclosure} />
      <Text size="sm" c="dimmed">
        <Trans>
          Proposed by {proposer}, {proposedAt}
        </Trans>
      </Text>
      {decided && (
        <Text size="sm" c="dimmed">
          <Trans>
            Decided by {decider}, {decidedAt}
          </Trans>
        </Text>
      )}
      {silent && (
        <Text size="sm" c="dimmed">
          <Trans>The person does not see it before {silent}.</Trans>
        </Text>
      )}
      {state === 'approved' && <Handovers disclosure={disclosure} request={request.id} tenant={tenant} />}
      {state === 'proposed' && <Decision disclosure={disclosure} request={request} tenant={tenant} />}
    </Stack>
  );
}

function Decision({ disclosure, request, tenant }: DisclosuresProps & { disclosure: Disclosure }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [proof] = useState(() => new StepUp());
  const me = useValue(session, (each) => (each.state === 'in' ? each.me.person?.id : undefined));
  const path = { request_id: request.id, disclosure_id: disclosure.id };
  const decide = useMutation({
    mutationFn: (approve: boolean) =>
      proof.run(() => api.decideDisclosure({ path, query: { tenant }, body: { approve } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['disclosures'] }),
  });
  if (disclosure.proposed_by === me) {
    return (
      <Text size="sm">
        <Trans>You have proposed it: another administrator has to decide.</Trans>
      </Text>
    );
  }
  const approve = async () => {
    const confirmed = await confirmAction({
      title: t`Approve the disclosure?`,
      text: t`The data may then be handed over to the authority. The approval cannot be taken back.`,
      confirmLabel: t`Approve`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) decide.mutate(true);
  };
  return (
    <>
      <ErrorNotice fault={decide.error} />
      <Group gap="xs">
        <Button size="md" disabled={decide.isPending} onClick={() => void approve()}>
          <Trans>Approve</Trans>
        </Button>
        <Button size="md" variant="default" disabled={decide.isPending} onClick={() => decide.mutate(false)}>
          <Trans>Reject</Trans>
        </Button>
      </Group>
      <StepUpDialog proof={proof} />
    </>
  );
}
