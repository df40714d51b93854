import { Button, Group, List, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type PrivacyRequest, type PrivacyRequestHistory, type RequestStep } from '~/api';
import { toast } from '~/core/toasts';
import { formatDateTime } from '~/design/dates';
import { NoteField } from '~/design/NoteField';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { FormerBreach } from './FormerBreach';
import { InternalWork } from './InternalWork';
import { RequestWork } from './RequestWork';
import { ChangeKind } from './ChangeKind';
import { REQUEST_KINDS, REQUEST_STEPS, stepText } from './request-texts';

/** A request with its texts, the steps that were taken, and those that are possible. */
export function RequestDetails({ id, tenant }: { id: string; tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const [corrected, setCorrected] = useState('');
  const which = { path: { request_id: id }, query: { tenant } };
  const found = useQuery({
    queryKey: ['privacy-request', tenant, id],
    queryFn: async () => (await api.showPrivacyRequest(which)).data,
    staleTime: 0,
  });
  const take = useMutation({
    mutationFn: (step: RequestStep['step']) =>
      api.takeRequestStep({
        ...which,
        body: { step, note, corrected_name: step === 'answer' ? corrected.trim() : '' },
      }),
    onSuccess: ({ data }) => {
      setNote('');
      setCorrected('');
      queries.setQueryData(['privacy-request', tenant, id], data);
      void queries.invalidateQueries({ queryKey: ['privacy-requests'] });
      if (data.closed) toast({ message: t`The request is closed.` });
    },
  });
  if (!found.data) {
    return found.error ? <ErrorBar fault={found.error} retry={found.refetch} /> : <SkeletonBlock height={120} />;
  }
  const request = found.data;
  return (
    <Stack gap="sm">
      <Sender request={request} />
      {request.text && (
        <Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {request.text}
        </Text>
      )}
      <History request={request} />
      <ChangeKind request={request} tenant={tenant} />
      <RequestWork request={request} tenant={tenant} />
      <InternalWork request={request} tenant={tenant} />
      {request.steps.length > 0 && (
        <>
          {request.kind === 'correction' && request.steps.includes('answer') && (
            <TextInput
              size="md"
              label={t`Right name`}
              description={t`With the answer, it is carried into the account and all records with a copy of the name.`}
              maxLength={100}
              autoComplete="off"
              dir="auto"
              value={corrected}
              onChange={(event) => setCorrected(event.currentTarget.value)}
            />
          )}
          <NoteField
            label={t`Answer, reply, reasons or note`}
            description={t`Answers, replies, reasons of a refusal and of an extension are sent to the person. Reply leaves the request open.`}
            value={note}
            onChange={setNote}
            fault={take.error}
          />
          <Group gap="xs">
            {request.steps.map((step) => (
              <Button
                key={step}
                variant={step === 'answer' ? 'filled' : 'default'}
                loading={take.isPending && take.variables === step}
                disabled={take.isPending}
                onClick={() => take.mutate(step)}
              >
                {t(REQUEST_STEPS[step])}
              </Button>
            ))}
          </Group>
        </>
      )}
    </Stack>
  );
}

function Sender({ request }: { request: PrivacyRequestHistory }) {
  const parts = [request.name, request.organisation, request.email, request.number, request.basis].filter(Boolean);
  if (parts.length === 0 && request.kind === 'breach') return null;
  return (
    <Text fw={600} dir="auto" style={{ overflowWrap: 'anywhere' }}>
      {parts.length > 0 ? parts.join(', ') : <Trans>Without a name</Trans>}
    </Text>
  );
}

function History({ request }: { request: PrivacyRequestHistory }) {
  const { t } = useLingui();
  return (
    <List size="sm" aria-label={t`Steps`}>
      {request.history.map(({ at, step, note }) => (
        <List.Item key={`${at} ${step}`}>
          {formatDateTime(at)}: {t(stepText(step))}
          {note && step === 'record' && <FormerBreach note={note} />}
          {note && step !== 'record' && (
            <Text size="sm" c="dimmed" dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {step === 'convert' ? t(REQUEST_KINDS[note as PrivacyRequest['kind']]) : note}
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  );
}
