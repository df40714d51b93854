import { Badge, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import { api, type PersonDetails } from '~/api';
import { useMay } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { POLL_INTERVAL_MS } from '~/design/lists';
import { Drawer } from '~/design/Drawer';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { PageTabs } from '~/design/PageTabs';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { ForwardingBody } from '~/features/forwarding';
import { CallingRights } from '~/features/protection';
import { ExtensionRecordingSelect } from '~/features/recordings';
import { SuspensionForm, SuspensionInForce } from '~/features/suspensions';
import { MailboxBody } from '~/features/voicemail';
import { PEOPLE_LISTS, personRequests, usePeopleChanges } from './changes';
import { PersonCalls } from './PersonCalls';
import { PersonOverview } from './PersonOverview';
import { PersonSecurity } from './PersonSecurity';
import { Phones } from './Phones';
import { usePeopleTexts } from './texts';
import css from './people.module.css';

export interface PersonTabProps {
  person: PersonDetails;
  tenant?: string;
}

/** One person: profile, numbers, phones, calls, voicemail, recording and security. */
export default function PersonPage() {
  const { t } = useLingui();
  const { id } = useParams({ strict: false }) as { id: string };
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const may = useMay();
  const { data, error, refetch } = useQuery({
    queryKey: ['person', tenant, id],
    queryFn: async () => (await api.showPersonDetails({ path: { person_id: id }, query: { tenant } })).data,
    refetchInterval: POLL_INTERVAL_MS,
  });
  return (
    <Page
      title={data?.name ?? t`Person`}
      back="/people"
      size="xl"
      actions={data && may('people_change') && <Suspension person={data} tenant={tenant} />}
    >
      <ErrorBar fault={error} retry={refetch} />
      {!data && !error && <SkeletonBlock height={240} />}
      {data && (
        <>
          <Header person={data} />
          {data.state === 'suspended' && <SuspensionInForce personId={data.id} tenant={tenant} />}
          <PersonTabs person={data} tenant={tenant} />
        </>
      )}
    </Page>
  );
}

function Header({ person }: { person: PersonDetails }) {
  const { roles, states } = usePeopleTexts();
  const numbers = person.extensions.map(({ number }) => number).join(', ');
  return (
    <div className={css.header}>
      <Avatar name={person.name} of={person.id} size={72} />
      <div className={css.headerText}>
        <Text className="tabular" size="lg">
          {numbers || '–'}
        </Text>
        <Text size="sm" c="dimmed">
          {roles[person.role]}
        </Text>
      </div>
      <Badge variant="dot" size="lg" color={states[person.state].colour}>
        {states[person.state].text}
      </Badge>
    </div>
  );
}

function PersonTabs({ person, tenant }: PersonTabProps) {
  const { t } = useLingui();
  const may = useMay();
  const { extensions } = person;
  const tabs = [
    { id: 'overview', title: t`Overview`, content: <PersonOverview person={person} tenant={tenant} /> },
    ...(extensions.length > 0
      ? [
          {
            id: 'phones',
            title: t`Phones`,
            content: extensions.map((each) => <Phones key={each.id} extension={each} tenant={tenant} />),
          },
          {
            id: 'calls',
            title: t`Calls`,
            content: extensions.map((each) => (
              <Fragment key={each.id}>
                <Section title={t`Forwarding of ${each.number}`}>
                  <ForwardingBody extension={each.id} tenant={tenant} changeable={may('people_change')} />
                </Section>
                <CallingRights extension={each.number} tenant={tenant} />
                {may('history_read') && <PersonCalls extension={each} tenant={tenant} />}
              </Fragment>
            )),
          },
        ]
      : []),
    ...(extensions.length > 0 && may('recordings_change')
      ? [
          {
            id: 'voicemail',
            title: t`Voicemail`,
            content: extensions.map(({ id, number }) => (
              <Section key={id} title={t`Mailbox ${number}`}>
                <MailboxBody extension={id} tenant={tenant} />
              </Section>
            )),
          },
          {
            id: 'recording',
            title: t`Recording`,
            content: extensions.map(({ id, number }) => (
              <Section key={id} title={t`Extension ${number}`}>
                <ExtensionRecordingSelect extension={id} tenant={tenant} />
              </Section>
            )),
          },
        ]
      : []),
    ...(['sign_in_help', 'people_change', 'privacy_change'].some(may)
      ? [{ id: 'security', title: t`Security`, content: <PersonSecurity person={person} tenant={tenant} /> }]
      : []),
  ];
  return <PageTabs tabs={tabs} label={t`About this person`} />;
}

/** Suspends a person with a reason, or ends the suspension; both with Undo. */
function Suspension({ person, tenant }: PersonTabProps) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const changes = usePeopleChanges();
  const { suspend, resume } = personRequests(person, tenant);
  const suspended = person.state === 'suspended';
  return (
    <>
      <ErrorNotice fault={changes.error} />
      <Button
        variant="default"
        loading={changes.isPending}
        onClick={() =>
          suspended
            ? changes.mutate({
                apply: resume,
                undo: () => suspend({ reason: 'other' }),
                message: t`${person.name} is active again.`,
              })
            : setOpened(true)
        }
      >
        {suspended ? <Trans>Reactivate</Trans> : <Trans>Suspend</Trans>}
      </Button>
      <Drawer opened={opened} onClose={() => setOpened(false)} title={t`Suspend ${person.name}`}>
        <SuspensionForm
          affected={PEOPLE_LISTS}
          onClose={() => setOpened(false)}
          change={(body) => ({
            apply: () => suspend(body),
            undo: resume,
            message: t`${person.name} is suspended: signed out everywhere, phones do not work.`,
          })}
        />
      </Drawer>
    </>
  );
}
