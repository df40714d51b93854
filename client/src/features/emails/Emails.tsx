import { Badge, Text } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type EmailItem } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { asProblem } from '~/core/problem';
import { useValue } from '~/core/store';
import { formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { POLL_INTERVAL_MS, usePages } from '~/design/lists';
import { InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { DataTable, type Column } from '~/design/table';
import { useEditor } from '~/features/routing';
import { NOTICE_TEXTS } from '~/features/settings';
import { EmailDetails } from './EmailDetails';
import { Templates } from './Templates';
import { TestEmail } from './TestEmail';
import { EMAIL_STATES } from './texts';
import { Undeliverable } from './Undeliverable';

/** Height of the test, in pixels: what follows must not move when it is shown. */
const TEST_HEIGHT = 170;

/** E-mails of the last days with their state, a test, and addresses that do not work. */
export default function Emails() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const {
    data: summary,
    isPending,
    error,
    refetch,
  } = useQuery({
    queryKey: ['emails-summary', tenant],
    queryFn: async () => (await api.showEmailSummary({ query: { tenant } })).data,
  });
  return (
    <Page title={t`E-mails`} size="xl">
      {summary && !summary.can_send && (
        <InfoNotice title={t`E-mails are not sent`}>
          <Trans>
            The operator has not set up a mail server. E-mails can be read here instead for seven days. Pass on what is
            important, and links of invitations, by other means.
          </Trans>
        </InfoNotice>
      )}
      {/* A refusal is shown by the sections below. */}
      <ErrorBar fault={error && asProblem(error).status !== 403 ? error : null} retry={refetch} />
      {isPending && <SkeletonBlock height={TEST_HEIGHT} />}
      {summary?.can_send && <TestEmail tenant={tenant} sender={summary.sender} />}
      <Undeliverable tenant={tenant} />
      <EmailTable tenant={tenant} />
      <Templates tenant={tenant} />
    </Page>
  );
}

function EmailTable({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const list = usePages<EmailItem>(['emails', tenant], (cursor) => api.listEmails({ query: { tenant, cursor } }), {
    pollMs: POLL_INTERVAL_MS,
  });
  const kind = (email: EmailItem) => t(NOTICE_TEXTS[email.kind]);
  const state = (email: EmailItem) => t(EMAIL_STATES[email.state].text);
  const details = useEditor<EmailItem>({
    title: (email) => (email ? kind(email) : t`E-mail`),
    form: (email) => email && <EmailDetails id={email.id} tenant={tenant} />,
  });
  const columns: Column<EmailItem>[] = [
    { title: t`Notice`, value: kind, render: kind },
    {
      title: t`State`,
      card: 'aside',
      value: state,
      render: (email) => (
        <Badge variant="dot" miw="max-content" color={EMAIL_STATES[email.state].colour}>
          {state(email)}
        </Badge>
      ),
    },
    {
      title: t`Recipient`,
      value: ({ name, address }) => `${name} ${address}`,
      render: ({ name, address }) => (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <bdi>{name}</bdi> <bdi>{address}</bdi>
        </Text>
      ),
    },
    { title: t`Time`, value: ({ queued }) => queued, render: ({ queued }) => formatDateTime(queued) },
    { title: t`Answer of the mail server`, card: 'none', render: (email) => <Answer email={email} /> },
  ];
  return (
    <Section title={t`Last seven days`}>
      <DataTable<EmailItem>
        label={t`E-mails`}
        list={list}
        columns={columns}
        filters={[
          {
            id: 'state',
            title: t`State`,
            options: Object.entries(EMAIL_STATES).map(([value, { text }]) => ({ value, label: t(text) })),
            match: (email, value) => email.state === value,
          },
        ]}
        onOpen={details.open}
        empty={<EmptyState icon={IconMail} text={<Trans>No e-mail was sent in the last seven days.</Trans>} />}
      />
      {details.drawer}
    </Section>
  );
}

function Answer({ email }: { email: EmailItem }) {
  const next = email.next_try && formatDateTime(email.next_try);
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      {email.state !== 'sent' && email.status > 0 && <bdi>{`${email.status} ${email.reply}`.trim()}</bdi>}{' '}
      {email.state === 'deferred' && next && <Trans>Next attempt: {next}</Trans>}
    </Text>
  );
}
