import { Button, Code, List, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type PrivacyRequest, type VisibleStep } from '~/api';
import { formatDateTime } from '~/design/dates';
import { NoteField } from '~/design/NoteField';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { REQUEST_KINDS, stepText } from '~/features/privacy';
import { OWN_INBOX } from './OwnInbox';

/** A message of the user with everything that was written since, and a field to write more. */
export function Conversation({ id }: { id: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const queryKey = ['own-request', id];
  const found = useQuery({
    queryKey,
    queryFn: async () => (await api.showOwnRequest({ path: { request_id: id } })).data,
    staleTime: 0,
  });
  const write = useMutation({
    mutationFn: () => api.writeToOwnRequest({ path: { request_id: id }, body: { text } }),
    onSuccess: ({ data }) => {
      setText('');
      queries.setQueryData(queryKey, data);
      void queries.invalidateQueries({ queryKey: OWN_INBOX });
    },
  });
  if (!found.data)
    return found.error ? <ErrorBar fault={found.error} retry={found.refetch} /> : <SkeletonBlock height={120} />;
  return (
    <Stack gap="sm">
      {found.data.text && <Written text={found.data.text} />}
      <List size="sm" spacing="xs" listStyleType="none" aria-label={t`History`}>
        {found.data.history.map((step) => (
          <Step key={`${step.at} ${step.step}`} step={step} />
        ))}
      </List>
      <NoteField label={t`Your message`} value={text} onChange={setText} fault={write.error} />
      <Button
        variant="default"
        disabled={!text.trim()}
        loading={write.isPending}
        onClick={() => write.mutate()}
        style={{ alignSelf: 'start' }}
      >
        <Trans>Send</Trans>
      </Button>
    </Stack>
  );
}

function Step({ step: { at, step, own, text } }: { step: VisibleStep }) {
  const { t } = useLingui();
  const name = t(stepText(step));
  return (
    <List.Item>
      <Text size="sm" c="dimmed">
        {formatDateTime(at)}: {own || !text ? name : <Trans>{name} of the administrators</Trans>}
      </Text>
      {step === 'convert' && <Written text={t(REQUEST_KINDS[text as PrivacyRequest['kind']])} />}
      {step === 'attach' && (
        <Code block mah={200} style={{ overflow: 'auto' }}>
          {text}
        </Code>
      )}
      {step !== 'convert' && step !== 'attach' && text && <Written text={text} />}
    </List.Item>
  );
}

function Written({ text }: { text: string }) {
  return (
    <Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  );
}
