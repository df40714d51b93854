import { Badge, Button, Group, Select, Text } from '@mantine/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMail } from '@tabler/icons-react';
import { useState } from 'react';
import { joined } from '~/core/bidi';
import { api, type Person, type ReportEmail } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useChanges } from '~/design/changes';
import { formatDateTime } from '~/design/dates';
import { useAllPages, usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { Section } from '~/design/Section';
import { EMAIL_STATES } from '~/features/emails';

const INTERVALS = { daily: msg`Every day`, weekly: msg`Every Monday`, monthly: msg`On the first of each month` };
type Interval = keyof typeof INTERVALS;

/** Recipients of reports by e-mail. */
export function ReportEmails({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const [person, setPerson] = useState<string | null>(null);
  const [every, setEvery] = useState<Interval>('weekly');
  const { items, fault, retry } = usePages<ReportEmail>(['report-emails', tenant], () =>
    api.listReportEmails({ query: { tenant } }),
  );
  const people = useAllPages<Person>(['persons', tenant], (cursor) =>
    api.listPersons({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  ).items.filter(({ role, state, email }) => role !== 'user' && state === 'active' && email);
  const changes = useChanges(['report-emails']);
  const at = (each: { person_id: string; every: Interval }) => ({ path: each, query: { tenant } });
  const add = () =>
    changes.mutate({
      apply: () => api.addReportEmail(at({ person_id: person!, every })),
      message: t`The report is sent from now on.`,
    });
  const send = ({ person_id, every }: ReportEmail) =>
    changes.mutate({
      apply: () => api.sendReportEmail(at({ person_id, every })),
      message: t`The report of the last whole period is queued.`,
    });
  const end = ({ person_id, every }: ReportEmail) =>
    changes.mutate({ apply: () => api.dropReportEmail(at({ person_id, every })), message: t`The report has ended.` });
  return (
    <Section
      title={t`Send by e-mail`}
      lead={<Trans>The figures of a day, week or month as a table (CSV) and as a PDF, to administrators.</Trans>}
    >
      <ErrorBar fault={fault} retry={retry} />
      <ErrorNotice fault={changes.error} />
      <Rows>
        {items.map((each) => (
          <Row
            key={`${each.person_id} ${each.every}`}
            icon={<IconMail size={20} aria-hidden />}
            trailing={
              <Group gap="xs">
                <Button size="xs" variant="default" aria-label={t`Send now: ${each.name}`} onClick={() => send(each)}>
                  <Trans>Send now</Trans>
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t`End the report: ${each.name}`}
                  onClick={() => end(each)}
                >
                  <Trans>End</Trans>
                </Button>
              </Group>
            }
          >
            <Text fw={500}>
              <bdi>{each.name}</bdi> · {t(INTERVALS[each.every])}
            </Text>
            <Text size="sm" c="dimmed" component="div">
              {each.receives ? (
                <Trans>Next: {formatDateTime(each.next)}</Trans>
              ) : (
                <Trans>Not sent: this person may not see reports now, or has no e-mail address.</Trans>
              )}{' '}
              {each.state && (
                <Badge variant="light" color={EMAIL_STATES[each.state].colour}>
                  {t(EMAIL_STATES[each.state].text)}
                </Badge>
              )}
            </Text>
          </Row>
        ))}
      </Rows>
      <Group align="end" mt="md">
        <Select
          size="md"
          label={t`Recipient`}
          searchable
          data={people.map(({ id, name, email }) => ({ value: id, label: joined(name, email) }))}
          value={person}
          onChange={setPerson}
        />
        <Select
          size="md"
          label={t`How often`}
          allowDeselect={false}
          data={Object.entries(INTERVALS).map(([value, text]) => ({ value, label: t(text) }))}
          value={every}
          onChange={(value) => setEvery(value as Interval)}
        />
        <Button size="md" disabled={!person} loading={changes.isPending} onClick={add}>
          <Trans>Send regularly</Trans>
        </Button>
      </Group>
    </Section>
  );
}
