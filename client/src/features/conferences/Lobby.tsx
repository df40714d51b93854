import { Button, Group, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Participant } from '~/api';
import { useValue } from '~/core/store';
import { useParticipantName } from './actions';
import css from './conferences.module.css';
import type { Roster } from './roster';
import { useIsHost } from './useIsHost';

/** The guests in the lobby, for hosts: each is admitted or refused. Announced to screen readers. */
export function Lobby({ roster }: { roster: Roster }) {
  const { participants = [] } = useValue(roster.state);
  const isHost = useIsHost(participants);
  const waiting = isHost ? participants.filter((each) => each.state === 'lobby') : [];
  return (
    <div role="status">
      {waiting.map((each) => (
        <WaitingGuest key={each.id} person={each} roster={roster} />
      ))}
      {waiting.length > 1 && (
        <Button size="md" mt="xs" onClick={() => void roster.meeting({ all_admitted: true })}>
          <Trans>Admit all</Trans>
        </Button>
      )}
    </div>
  );
}

function WaitingGuest({ person, roster }: { person: Participant; roster: Roster }) {
  const { t } = useLingui();
  const name = useParticipantName(person);
  return (
    <div className={css.lobby}>
      <Text fw={600}>
        <Trans>{name} is in the lobby</Trans>
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Button size="sm" mih={44} aria-label={t`Admit ${name}`} onClick={() => void roster.admit(person.id)}>
          <Trans>Admit</Trans>
        </Button>
        <Button
          size="sm"
          mih={44}
          variant="default"
          aria-label={t`Refuse ${name}`}
          onClick={() => void roster.remove(person.id)}
        >
          <Trans>Refuse</Trans>
        </Button>
      </Group>
    </div>
  );
}
