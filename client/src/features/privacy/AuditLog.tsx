import { Badge, Code, Select, Text } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type AuditEntry, type AuditPerson } from '~/api';
import { useIsOperator } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { DataTable, EMPTY_VIEW, type Column } from '~/design/table';
import { AuditChecks } from './AuditChecks';
import { PrivacySection } from './PrivacySection';
import { actionTitle, ACTION_TITLES } from './audit-texts';

type Row = AuditEntry & { id: string };

/** Administrative and privacy acts, newest first, and the signed head that protects them. */
export default function AuditLog() {
  const { t, i18n } = useLingui();
  const operator = useIsOperator();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [view, setView] = useState(EMPTY_VIEW);
  const [action, setAction] = useState<string | null>(null);
  const head = useQuery({ queryKey: ['audit-head'], queryFn: async () => (await api.showAuditHead()).data });
  const list = usePages<Row>(['audit', tenant, action], async (cursor) => {
    const before = cursor === undefined ? undefined : Number(cursor);
    const { data } = await api.listAuditEntries({ query: { tenant, action: action ?? undefined, cursor: before } });
    return { data: { ...data, items: data.items.map((entry) => ({ ...entry, id: String(entry.position) })) } };
  });
  const actor = (entry: AuditEntry) => (entry.actor ? personText(entry.actor, t`An erased person`) : t`The server`);
  const about = (entry: AuditEntry) => (entry.about ? personText(entry.about, t`An erased person`) : '');
  const columns: Column<Row>[] = [
    { title: t`Date`, card: 'aside', render: (entry) => formatDateTime(entry.time), value: (entry) => entry.time },
    {
      title: t`Action`,
      card: 'title',
      render: (entry) => (
        <>
          {i18n._(actionTitle(entry.action))}{' '}
          {entry.result === 'failed' && (
            <Badge size="sm" variant="dot" color="red">
              <Trans>failed</Trans>
            </Badge>
          )}
        </>
      ),
      value: (entry) => i18n._(actionTitle(entry.action)),
    },
    { title: t`By`, render: actor, value: actor },
    { title: t({ message: 'About', context: 'topic' }), render: about, value: about },
    { title: t`Object`, card: 'none', render: (entry) => entry.object, value: (entry) => entry.object },
  ];
  return (
    <PrivacySection>
      {operator && <AuditChecks />}
      <Section
        title={t`Audit log`}
        lead={<Trans>Changes by administrators. No entry can be changed or removed unnoticed.</Trans>}
      >
        <ErrorBar fault={head.error} retry={head.refetch} />
        {head.data && (
          <Text size="sm" mb="md">
            <Trans>
              <Plural value={head.data.size} one="# entry" other="# entries" /> of this installation, signed{' '}
              {formatDateTime(head.data.time)}:
            </Trans>{' '}
            <Code style={{ overflowWrap: 'anywhere' }}>{head.data.root}</Code>
          </Text>
        )}
        <DataTable
          label={t`Audit log entries`}
          list={list}
          columns={columns}
          remote={{ view, onView: setView }}
          tools={
            <Select
              aria-label={t`Action`}
              placeholder={t`All actions`}
              data={Object.entries(ACTION_TITLES).map(([value, title]) => ({ value, label: i18n._(title) }))}
              value={action}
              onChange={setAction}
              clearable
              searchable
              w={240}
            />
          }
          exportable
          empty={<EmptyState icon={IconListCheck} text={<Trans>Nothing was recorded yet.</Trans>} />}
        />
      </Section>
    </PrivacySection>
  );
}

function personText(person: AuditPerson, erased: string): string {
  return person.erased ? erased : person.name || person.person_id;
}
