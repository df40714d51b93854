import { Button, Group, List, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type PrivacyRequestHistory } from '~/api';
import { formatDateTime } from '~/design/dates';
import { NoteField } from '~/design/NoteField';
import { ErrorNotice } from '~/design/Notice';
import { useAccounts, usePersonNames } from './usePersonNames';

interface InternalWorkProps {
  request: PrivacyRequestHistory;
  tenant?: string;
}

/** The administrator who works on a request, and internal notes, which its sender does not see. */
export function InternalWork({ request, tenant }: InternalWorkProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const nameOf = usePersonNames(tenant);
  const administrators = useAdministrators(tenant);
  const which = { path: { request_id: request.id }, query: { tenant } };
  const refresh = () =>
    Promise.all(['privacy-request', 'privacy-requests'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const assign = useMutation({
    mutationFn: (id: string | null) => api.assignPrivacyRequest({ ...which, body: { person_id: id } }),
    onSettled: refresh,
  });
  const note = useMutation({
    mutationFn: () => api.addRequestNote({ ...which, body: { text } }),
    onSuccess: () => setText(''),
    onSettled: refresh,
  });
  return (
    <Stack gap="xs">
      <Select
        label={t`Responsible`}
        placeholder={t`Not assigned`}
        clearable
        searchable
        disabled={request.closed !== null}
        data={administrators}
        value={request.assigned}
        onChange={(id) => assign.mutate(id)}
      />
      <ErrorNotice fault={assign.error} />
      {request.notes.length > 0 && (
        <List size="sm" aria-label={t`Internal notes`}>
          {request.notes.map(({ at, by, text: written }) => (
            <List.Item key={`${at} ${written}`}>
              {formatDateTime(at)}: <bdi>{by ? nameOf(by) : t`The operator`}</bdi>
              <Text size="sm" dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {written}
              </Text>
            </List.Item>
          ))}
        </List>
      )}
      <NoteField
        label={t`Internal note`}
        description={t`Only administrators see the note.`}
        maxLength={5000}
        value={text}
        onChange={setText}
        fault={note.error}
      />
      <Group>
        <Button variant="default" disabled={!text.trim()} loading={note.isPending} onClick={() => note.mutate()}>
          <Trans>Add the note</Trans>
        </Button>
      </Group>
    </Stack>
  );
}

/** Active administrators, for a select. */
export function useAdministrators(tenant?: string): { value: string; label: string }[] {
  return useAccounts(tenant)
    .items.filter(({ role, state }) => role !== 'user' && state === 'active')
    .map(({ id, name }) => ({ value: id, label: name }));
}
