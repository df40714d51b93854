import { ActionIcon, Text, Title } from '@mantine/core';
import { IconPhone, IconVideo } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Avatar } from '~/design/Avatar';
import type { Colleague } from '~/api';
import { LinkRow } from '~/design/LinkRow';
import { ErrorBar } from '~/design/ErrorBar';
import { InfoNotice } from '~/design/Notice';
import { Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { startCall } from '~/features/call';
import { colleagues, departmentSections, inDepartment, searchColleagues, sections } from '~/features/directory';
import { PickUpButton } from '~/features/pickup';
import { ColleagueDot, usePresenceText } from '~/features/presence';

/** Colleagues by department, or from A to Z if there are none, with call buttons. */
export function ColleagueList() {
  const { t, i18n } = useLingui();
  const now = useValue(colleagues.state);
  const { person } = useParams({ strict: false });
  const byDepartment = now.colleagues.some((each) => each.department);
  const shownSections = useMemo(() => {
    const found = searchColleagues(inDepartment(now.colleagues, now.department), now.search);
    return byDepartment ? departmentSections(found, i18n.locale) : sections(found, i18n.locale);
  }, [byDepartment, now.colleagues, now.department, now.search, i18n.locale]);
  return (
    <>
      {now.source === 'cache' && !now.loading && (
        <InfoNotice>
          <Trans>You are seeing saved contacts. New people appear when you are online.</Trans>
        </InfoNotice>
      )}
      {now.source === 'none' && <ErrorBar fault={now.fault} retry={() => colleagues.refresh()} />}
      {shownSections.map(({ letter, ...section }) => (
        <section key={letter} aria-label={letter || t`No department`}>
          <Title order={2} size="h6" c="dimmed" mt="md" mb={4} aria-hidden>
            {letter || t`No department`}
          </Title>
          <Rows>
            {section.colleagues.map((each) => (
              <ColleagueRow key={each.id} colleague={each} selected={each.id === person} />
            ))}
          </Rows>
        </section>
      ))}
      {shownSections.length === 0 && !now.fault && (
        <Text c="dimmed" ta="center" py="xl" role="status">
          {now.loading ? (
            <Trans>Loading…</Trans>
          ) : now.search ? (
            <Trans>No matching people.</Trans>
          ) : (
            <Trans>No colleagues yet.</Trans>
          )}
        </Text>
      )}
    </>
  );
}

function ColleagueRow({ colleague: { id, name, number }, selected }: { colleague: Colleague; selected: boolean }) {
  const { t } = useLingui();
  const presence = usePresenceText(id);
  return (
    <LinkRow
      open={(props) => <Link to="/team/$person" params={{ person: id }} search={true} {...props} />}
      avatar={<Avatar name={name} of={id} presence={<ColleagueDot extension={id} />} />}
      name={name}
      second={[number, presence].filter(Boolean).join(' · ')}
      selected={selected}
      number={number}
      swipe={{ right: { label: t`Call`, icon: IconPhone, run: () => void startCall(number) } }}
      end={
        <>
          <PickUpButton compact extension={id} name={name} />
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Video call with ${name}`}
            onClick={() => void startCall(number, { video: true })}
          >
            <IconVideo size={20} stroke={1.75} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Call ${name}`}
            onClick={() => void startCall(number)}
          >
            <IconPhone size={20} stroke={1.75} aria-hidden />
          </ActionIcon>
        </>
      }
    />
  );
}
