import { VisuallyHidden } from '@mantine/core';
import { IconCrown, IconMicrophoneOff } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Participant } from '~/api';
import { Avatar } from '~/design/Avatar';
import { useValue } from '~/core/store';
import { useParticipantName } from './actions';
import { ParticipantMenu } from './ParticipantMenu';
import type { Roster } from './roster';
import { useIsHost } from './useIsHost';
import { useRoster } from './useRoster';
import css from './faces.module.css';

const MAX_FACES = 9;

/** The people in a room on the call screen; hosts mute and remove by a tap. `fallback` is shown until they are known. */
export function Faces({ room, fallback }: { room: string; fallback: ReactNode }) {
  const roster = useRoster(room);
  return roster ? <Grid roster={roster} fallback={fallback} /> : fallback;
}

function Grid({ roster, fallback }: { roster: Roster; fallback: ReactNode }) {
  const { t } = useLingui();
  const { participants: all, speaking } = useValue(roster.state);
  const participants = all?.filter((each) => each.state !== 'lobby');
  const isHost = useIsHost(participants);
  if (!participants?.length) return fallback;
  const shown = participants.length > MAX_FACES ? participants.slice(0, MAX_FACES - 1) : participants;
  const more = participants.length - shown.length;
  return (
    <ul className={css.grid} aria-label={t`In the conference`} data-many={shown.length > 4 || undefined} tabIndex={0}>
      {shown.map((each) => (
        <li key={each.id} className={css.cell}>
          <GridParticipant
            person={each}
            speaking={speaking === each.id}
            controlled={isHost && !each.own}
            roster={roster}
          />
        </li>
      ))}
      {more > 0 && (
        <li className={css.cell}>
          <Trans>+{more} more</Trans>
        </li>
      )}
    </ul>
  );
}

interface GridParticipantProps {
  person: Participant;
  speaking: boolean;
  /** The user may mute and remove this participant. */
  controlled: boolean;
  roster: Roster;
}

function GridParticipant({ person, speaking, controlled, roster }: GridParticipantProps) {
  const { t } = useLingui();
  const name = useParticipantName(person);
  const portrait = <Portrait person={person} name={name} speaking={speaking} />;
  if (!controlled) return <div className={css.participant}>{portrait}</div>;
  return (
    <ParticipantMenu person={person} roster={roster}>
      <button type="button" className={css.participant} aria-label={t`Actions for ${name}`}>
        {portrait}
      </button>
    </ParticipantMenu>
  );
}

function Portrait({ person, name, speaking }: { person: Participant; name: string; speaking: boolean }) {
  const { t } = useLingui();
  return (
    <>
      <span className={css.portrait} data-speaking={speaking || undefined}>
        <Avatar name={name} of={person.extension_id} size={64} />
        {person.host && (
          <span className={css.host}>
            <IconCrown size={14} role="img" aria-label={t`host`} />
          </span>
        )}
        {person.muted && (
          <span className={css.muted}>
            <IconMicrophoneOff size={14} role="img" aria-label={t`muted`} />
          </span>
        )}
      </span>
      <span className={css.name}>{person.own ? t`You` : name}</span>
      {speaking && <VisuallyHidden>{t`speaking`}</VisuallyHidden>}
    </>
  );
}
