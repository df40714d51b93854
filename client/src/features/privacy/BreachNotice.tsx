import { Button, MultiSelect, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Breach, type PrivacyRequest } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { NoteField } from '~/design/NoteField';
import { StepUp, StepUpDialog } from '~/features/settings';
import { useAccounts } from './usePersonNames';

interface BreachNoticeProps {
  breach: Breach;
  request: PrivacyRequest;
  tenant?: string;
}

/** Notice to the people affected by a breach, by e-mail and push message. */
export function BreachNotice({ breach, request, tenant }: BreachNoticeProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [proof] = useState(() => new StepUp());
  const [text, setText] = useState('');
  const [people, setPeople] = useState<string[]>([]);
  const accounts = useAccounts(tenant).items;
  const inform = useMutation({
    mutationFn: () =>
      proof.run(() =>
        api.informOfBreach({
          path: { request_id: request.id },
          query: { tenant },
          body: { text: text.trim(), people },
        }),
      ),
    onSuccess: (done) => {
      if (!done) return;
      setText('');
      queries.setQueryData(['breach', tenant, request.id], done.data);
      void queries.invalidateQueries({ queryKey: ['privacy-request', tenant, request.id] });
    },
  });
  const send = async () => {
    const confirmed = await confirmAction({
      title: people.length
        ? plural(people.length, { one: 'Inform # person?', other: 'Inform # people?' })
        : t`Inform all people of the organisation?`,
      text: t`The notice is sent at once and cannot be taken back.`,
      confirmLabel: t`Send`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) inform.mutate();
  };
  const [count, at] = [breach.informed, breach.people_informed ? formatDateTime(breach.people_informed) : ''];
  return (
    <Stack gap="sm">
      {at && (
        <Text size="sm" role="status">
          <Trans>
            Notices sent: {count}, the last one {at}.
          </Trans>
        </Text>
      )}
      {request.steps.length > 0 && (
        <>
          <MultiSelect
            size="md"
            label={t`Inform`}
            description={t`Leave it empty to inform all people of the organisation.`}
            searchable
            data={accounts.map(({ id, name }) => ({ value: id, label: name }))}
            value={people}
            onChange={setPeople}
          />
          <NoteField
            label={t`Notice`}
            description={t`Describe the event, its effects on the people, and how they can protect themselves.`}
            maxLength={2000}
            value={text}
            onChange={setText}
            fault={inform.error}
          />
          <Button
            size="md"
            variant="default"
            disabled={!text.trim()}
            loading={inform.isPending}
            onClick={() => void send()}
            style={{ alignSelf: 'start' }}
          >
            <Trans>Send notice</Trans>
          </Button>
        </>
      )}
      <StepUpDialog proof={proof} />
    </Stack>
  );
}
