import { Anchor, Button, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { session } from '~/api/session';
import { toast } from '~/core/toasts';
import { useValue } from '~/core/store';
import { closeDialogs } from '~/design/dialogs';
import { NoteField } from '~/design/NoteField';

/** A subject line for a report, and the content that may be included in it. */
export interface Reported {
  topic: string;
  excerpt: string;
}

/** Form of a report of abuse. The excerpt is included only if the user chooses so, and as it is shown. */
export default function AbuseForm({ reported }: { reported: Reported }) {
  const { t } = useLingui();
  const account = useValue(session, (each) => each.state === 'in' && each.me.person !== null);
  const [text, setText] = useState('');
  const [excerpt, setExcerpt] = useState(reported.excerpt);
  const [included, setIncluded] = useState(false);
  const send = useMutation({
    mutationFn: () =>
      api.sendOwnRequest({
        body: { kind: 'abuse', topic: reported.topic.slice(0, 200), text, attachment: included ? excerpt : '' },
      }),
    onSuccess: () => {
      closeDialogs();
      toast({ message: t`The report is sent. The answer comes under More, Contact support.` });
    },
  });
  if (!account) {
    return (
      <Text>
        <Trans>
          Report it with the{' '}
          <Anchor href="/privacy/request" target="_blank" rel="noopener">
            contact form
          </Anchor>
          , which needs no account.
        </Trans>
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      <Text fw={600} dir="auto" style={{ overflowWrap: 'anywhere' }}>
        {reported.topic}
      </Text>
      <NoteField
        label={t`What is wrong?`}
        description={t`The administrators see your name. The person you report does not see the report.`}
        required
        value={text}
        onChange={setText}
        fault={send.error}
      />
      <Switch
        size="md"
        label={t`Include this content`}
        checked={included}
        onChange={(event) => setIncluded(event.currentTarget.checked)}
      />
      {included && (
        <Textarea
          label={t`Content that is sent`}
          autosize
          minRows={3}
          maxRows={12}
          maxLength={65536}
          dir="auto"
          value={excerpt}
          onChange={(event) => setExcerpt(event.currentTarget.value)}
        />
      )}
      <Button size="md" disabled={!text.trim()} loading={send.isPending} onClick={() => send.mutate()}>
        <Trans>Send report</Trans>
      </Button>
    </Stack>
  );
}
