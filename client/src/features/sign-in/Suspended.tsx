import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type SuspensionNotice } from '~/api';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { formatDateTime, formatLastDay } from '~/design/dates';
import { NoteField } from '~/design/NoteField';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { REASONS, SuspensionPeriod } from '~/features/suspensions';
import type { SignInFlow } from './sign-in-flow';

/** Why the account is suspended, until when, and the form that asks for a review. */
export default function Suspended({ flow }: { flow: SignInFlow }) {
  const reference = useValue(flow.state, (each) => each.reference ?? '');
  const { data, error, refetch } = useQuery({
    queryKey: ['suspension-notice', reference],
    queryFn: async () => (await api.lookAtSuspension({ body: { reference } })).data,
    retry: false,
  });
  return (
    <Stack>
      <ErrorBar fault={error} retry={refetch} />
      {!data && !error && <SkeletonBlock height={120} />}
      {data && (data.erases ? <Closed notice={data} /> : <Reason notice={data} />)}
      {data?.may_reopen && <Reopen reference={reference} onDone={() => void flow.reset()} />}
      {data?.may_ask && <ReviewForm reference={reference} />}
      <Button size="md" fullWidth variant="default" onClick={() => void flow.reset()}>
        <Trans>Back</Trans>
      </Button>
    </Stack>
  );
}

function Closed({ notice: { erases, may_reopen } }: { notice: SuspensionNotice }) {
  const { t } = useLingui();
  return (
    <InfoNotice title={t`Your organisation is closed`}>
      <Text size="sm">{erases && <Trans>It will be erased on {formatDateTime(erases)}.</Trans>}</Text>
      {!may_reopen && (
        <Text size="sm">
          <Trans>Until then an administrator of your organisation can reopen it.</Trans>
        </Text>
      )}
    </InfoNotice>
  );
}

function Reopen({ reference, onDone }: { reference: string; onDone: () => void }) {
  const { t } = useLingui();
  const reopen = useMutation({
    mutationFn: () => api.reopenOwnTenant({ body: { reference } }),
    onSuccess: () => {
      toast({ message: t`Your organisation is active again. Sign in once more.` });
      onDone();
    },
  });
  return (
    <>
      <ErrorNotice fault={reopen.error} />
      <Button size="md" fullWidth loading={reopen.isPending} onClick={() => reopen.mutate()}>
        <Trans>Reopen the organisation</Trans>
      </Button>
    </>
  );
}

function Reason({ notice }: { notice: SuspensionNotice }) {
  const { t } = useLingui();
  const { reason, since, until, review } = notice;
  return (
    <InfoNotice title={notice.whole_tenant ? t`Your organisation is suspended` : t`Your account is suspended`}>
      {reason ? (
        <Text size="sm">
          <Trans>Reason: {t(REASONS[reason])}</Trans>
        </Text>
      ) : (
        <Text size="sm">
          <Trans>Ask an administrator of your organisation.</Trans>
        </Text>
      )}
      {notice.text && (
        <Text size="sm" dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {notice.text}
        </Text>
      )}
      {since && <SuspensionPeriod since={since} until={until} />}
      {review === 'open' && (
        <Text size="sm">
          <Trans>Your request for a review is being decided. You get the answer by e-mail.</Trans>
        </Text>
      )}
      {review === 'refused' && (
        <Text size="sm">
          <Trans>A review has confirmed the suspension. The reasons were sent to you by e-mail.</Trans>
        </Text>
      )}
    </InfoNotice>
  );
}

function ReviewForm({ reference }: { reference: string }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const ask = useMutation({
    mutationFn: async () => (await api.requestReview({ body: { reference, text } })).data,
  });
  if (ask.data) {
    return (
      <InfoNotice title={t`Your request is sent`}>
        <Text size="sm">
          <Trans>Another person decides until {formatLastDay(ask.data.due)}. You get the answer by e-mail.</Trans>
        </Text>
      </InfoNotice>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate();
      }}
    >
      <Stack gap="sm">
        <NoteField
          label={t`Why the suspension should end`}
          value={text}
          onChange={setText}
          maxLength={5000}
          required
          fault={ask.error}
        />
        <Button type="submit" size="md" loading={ask.isPending} disabled={!text.trim()}>
          <Trans>Ask for a review</Trans>
        </Button>
      </Stack>
    </form>
  );
}
