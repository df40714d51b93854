import { Accordion, Anchor, Badge, Button, Group, Select, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { api, type PrivacyRequest } from '~/api';
import { useIsOperator } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { formatDate, formatLastDay } from '~/design/dates';
import { usePages } from '~/design/lists';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { PageTabs } from '~/design/PageTabs';
import { Section } from '~/design/Section';
import { Segments } from '~/design/Segments';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { useEditor } from '~/features/routing';
import { EnterRequest } from './EnterRequest';
import { useAdministrators } from './InternalWork';
import { PrivacySection } from './PrivacySection';
import { RequestDetails } from './RequestDetails';
import { REQUEST_KINDS, REQUEST_STATES } from './request-texts';
import classes from './privacy.module.css';

const NOT_ASSIGNED = 'none';

type Part = 'open' | 'closed';

/** The queue of inquiries, complaints and requests about personal data; for operators their own queue too. */
export default function Requests() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const name = useValue(tenantSelection, (each) => each.selected?.name);
  const operator = useIsOperator();
  const form = `${window.location.origin}/privacy/request/for/${tenant ?? ''}`;
  const ofTenant = (
    <Queue key={tenant} tenant={tenant} title={t`Requests`}>
      <Trans>
        Questions, problems, complaints and requests about personal data, each with its time limit. People without an
        account send them with this form:{' '}
        <Anchor href={form} underline="always" className={classes.address}>
          {form}
        </Anchor>
      </Trans>
    </Queue>
  );
  const ofOperator = (
    <Queue tenant="operator" title={t`Requests to the operator`}>
      <Trans>
        Reviews of suspended organisations, new organisations that wait for approval, and requests to the operator.
      </Trans>
    </Queue>
  );
  return (
    <PrivacySection>
      {operator ? (
        <PageTabs
          label={t`Requests`}
          tabs={[
            { id: 'tenant', title: name ?? t`Organisation`, content: ofTenant },
            { id: 'operator', title: t`Operator`, content: ofOperator },
          ]}
        />
      ) : (
        ofTenant
      )}
    </PrivacySection>
  );
}

interface QueueProps {
  tenant?: string;
  title: string;
  children: ReactNode;
}

function Queue({ tenant, title, children }: QueueProps) {
  const { t } = useLingui();
  const [part, setPart] = useState<Part>('open');
  const [shown, setShown] = useState<string | null>(null);
  const [assigned, setAssigned] = useState<string | null>(null);
  const [kind, setKind] = useState<PrivacyRequest['kind'] | null>(null);
  const administrators = useAdministrators(tenant);
  const responsible = assigned === NOT_ASSIGNED ? '' : (assigned ?? undefined);
  const query = { tenant, closed: part === 'closed', kind: kind ?? undefined, assigned: responsible };
  const list = usePages<PrivacyRequest>(['privacy-requests', tenant, part, kind, assigned], (cursor) =>
    api.listPrivacyRequests({ query: { ...query, cursor } }),
  );
  const editor = useEditor({
    title: () => t`Enter a request`,
    form: (_, close) => <EnterRequest tenant={tenant} onClose={close} />,
  });
  return (
    <>
      <Section title={title} lead={children}>
        <Button size="md" variant="default" onClick={() => editor.open()} style={{ alignSelf: 'start' }}>
          <Trans>Enter a request</Trans>
        </Button>
        <Segments<Part>
          label={t`Requests`}
          value={part}
          onChange={setPart}
          data={[
            { value: 'open', label: t`Open` },
            { value: 'closed', label: t`Closed` },
          ]}
        />
        <Group>
          <Select
            aria-label={t`Filter by kind`}
            placeholder={t`All kinds`}
            clearable
            data={Object.entries(REQUEST_KINDS).map(([value, text]) => ({ value, label: t(text) }))}
            value={kind}
            onChange={(value) => setKind(value as PrivacyRequest['kind'] | null)}
          />
          <Select
            aria-label={t`Filter by responsible administrator`}
            placeholder={t`All administrators`}
            clearable
            data={[{ value: NOT_ASSIGNED, label: t`Not assigned` }, ...administrators]}
            value={assigned}
            onChange={setAssigned}
          />
        </Group>
        <ErrorBar fault={list.fault} retry={list.retry} />
        {!list.loaded && !list.fault && <SkeletonBlock height={160} />}
        {list.loaded && list.items.length === 0 && <EmptyState icon={IconInbox} text={<Trans>No requests.</Trans>} />}
        <Accordion variant="separated" value={shown} onChange={setShown}>
          {list.items.map((request) => (
            <Accordion.Item key={request.id} value={request.id}>
              <Accordion.Control>
                <Summary request={request} />
              </Accordion.Control>
              <Accordion.Panel>
                {shown === request.id && <RequestDetails id={request.id} tenant={tenant} />}
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </Section>
      {editor.drawer}
    </>
  );
}

function Summary({ request }: { request: PrivacyRequest }) {
  const { t } = useLingui();
  const day = request.closed ? formatDate(request.closed) : formatLastDay(request.due);
  return (
    <Group gap="xs">
      <Text fw={600}>{t(REQUEST_KINDS[request.kind])}</Text>
      {request.topic && (
        <Text dir="auto" style={{ overflowWrap: 'anywhere' }}>
          {request.topic}
        </Text>
      )}
      {request.organisation && <Badge variant="light">{request.organisation}</Badge>}
      <Text c="dimmed">{t(REQUEST_STATES[request.state])}</Text>
      {request.overdue ? (
        <Badge color="red.9">
          <Trans>Overdue since {day}</Trans>
        </Badge>
      ) : (
        <Text>{request.closed ? day : <Trans>until {day}</Trans>}</Text>
      )}
    </Group>
  );
}
