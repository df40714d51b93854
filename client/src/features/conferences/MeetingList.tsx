import { Button, Text } from '@mantine/core';
import { IconCalendarPlus, IconCalendarShare, IconShare, IconUsersGroup } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { ErrorBar } from '~/design/ErrorBar';
import { Row, Rows } from '~/design/Rows';
import { openDialog } from '~/design/dialogs';
import { CalendarAddress } from './CalendarAddress';
import { MeetingForm } from './MeetingForm';
import { useShareLink, useStartMeeting, type useMeetings } from './useMeetings';

/** The meetings of the user, and a button that starts another one. */
export function MeetingList({ meetings }: { meetings: ReturnType<typeof useMeetings> }) {
  const { t } = useLingui();
  const share = useShareLink();
  const start = useStartMeeting();
  const open = () =>
    openDialog({
      title: t`Start a meeting`,
      children: <MeetingForm submit={start} submitLabel={t`Create the link`} />,
    });
  const subscribe = () =>
    openDialog({
      title: t`Meetings in your calendar`,
      children: <CalendarAddress />,
    });
  return (
    <>
      <Button fullWidth size="md" my="sm" leftSection={<IconCalendarPlus size={20} aria-hidden />} onClick={open}>
        <Trans>Start a meeting</Trans>
      </Button>
      <ErrorBar fault={meetings.fault} retry={meetings.retry} />
      {meetings.items.length > 0 && (
        <Rows label={t`Your meetings`}>
          {meetings.items.map((each) => (
            <Row
              key={each.id}
              icon={<IconUsersGroup size={22} aria-hidden />}
              trailing={
                <>
                  <Button
                    size="md"
                    variant="subtle"
                    px="sm"
                    aria-label={t`Share link of ${each.name}`}
                    onClick={() => share(each)}
                  >
                    <IconShare size={20} aria-hidden />
                  </Button>
                  <Button
                    size="md"
                    variant="light"
                    px="sm"
                    aria-label={t`Open ${each.name}`}
                    renderRoot={(props) => <Link to="/meetings/$meeting" params={{ meeting: each.id }} {...props} />}
                  >
                    <Trans context="verb">Open</Trans>
                  </Button>
                </>
              }
            >
              <Text fw={500}>{each.name}</Text>
              <Text size="sm" c="dimmed">
                {each.room}
              </Text>
            </Row>
          ))}
        </Rows>
      )}
      <Button
        fullWidth
        size="md"
        variant="subtle"
        leftSection={<IconCalendarShare size={20} aria-hidden />}
        onClick={subscribe}
      >
        <Trans>Meetings in your calendar</Trans>
      </Button>
    </>
  );
}
