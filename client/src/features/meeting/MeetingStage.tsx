import { ActionIcon, VisuallyHidden } from '@mantine/core';
import {
  IconDots,
  IconChevronLeft,
  IconChevronRight,
  IconCrown,
  IconHandStop,
  IconMicrophoneOff,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useMediaQuery } from '@mantine/hooks';
import type { Participant } from '~/api';
import { Avatar } from '~/design/Avatar';
import { TWO_PANES } from '~/design/Panes';
import { VideoElement } from '~/design/VideoElement';
import { useValue } from '~/core/store';
import { ParticipantMenu, useIsHost, useParticipantName, useRoster, type Roster } from '~/features/conferences';
import { arrange, qualities, type Tile } from './layout';
import type { Meeting } from './meeting';
import css from './meeting.module.css';

/** Tiles of a page: in a wide window, on a phone, and beside a shared screen. */
const PAGE_SIZE = { wide: 9, phone: 6, besideScreen: 3 };

/** The videos of a conference: a grid of the participants, or a shared screen with a row of them. */
export function MeetingStage({ room, meeting }: { room: string; meeting: Meeting }) {
  const roster = useRoster(room);
  return roster ? <Stage roster={roster} meeting={meeting} /> : null;
}

function Stage({ roster, meeting }: { roster: Roster; meeting: Meeting }) {
  const { participants = [], speaking } = useValue(roster.state);
  const isHost = useIsHost(participants);
  return (
    <Tiles participants={participants} speaking={speaking} meeting={meeting} roster={isHost ? roster : undefined} />
  );
}

interface TilesProps {
  participants: readonly Participant[];
  /** Id of the participant who speaks. */
  speaking: string | null;
  meeting: Meeting;
  /** For hosts, who control the others. */
  roster?: Roster;
}

/** The participants and their videos. */
export function Tiles({ participants, speaking, meeting, roster }: TilesProps) {
  const { t } = useLingui();
  const { videos = [], streams } = useValue(meeting.state);
  const wide = useMediaQuery(TWO_PANES, false, { getInitialValueInEffect: false });
  const [page, setPage] = useState(0);
  const shared = videos.some(({ source }) => source === 'screen');
  const size = shared ? PAGE_SIZE.besideScreen : wide ? PAGE_SIZE.wide : PAGE_SIZE.phone;
  const stage = arrange(participants, videos, { speaking, page, size });
  const wanted = qualities(stage);
  const key = JSON.stringify([...wanted]);
  // eslint-disable-next-line -- a new map with the same content changes nothing
  useEffect(() => meeting.show(wanted), [meeting, key]);
  useEffect(() => () => meeting.show(new Map()), [meeting]);
  const alone = !stage.screen && stage.tiles.length === 0;
  return (
    <div className={css.stage} data-stage data-screen={stage.screen ? '' : undefined}>
      {stage.screen && <Screen participant={stage.screen.participant} stream={streams[stage.screen.video.id]} />}
      {alone && (
        <p className={css.empty}>
          <Trans>You are the only one here</Trans>
        </p>
      )}
      <ul className={css.grid} aria-label={t`In the conference`} data-tiles={stage.tiles.length}>
        {stage.tiles.map((each) => (
          <ParticipantTile
            key={each.participant.id}
            tile={each}
            speaking={speaking === each.participant.id}
            stream={each.camera && streams[each.camera.id]}
            controls={roster && { roster, meeting }}
          />
        ))}
      </ul>
      {stage.pages > 1 && (
        <nav className={css.pages} aria-label={t`Pages of participants`}>
          <ActionIcon
            variant="transparent"
            size={44}
            aria-label={t`Previous participants`}
            disabled={stage.page === 0}
            onClick={() => setPage(stage.page - 1)}
          >
            <IconChevronLeft aria-hidden />
          </ActionIcon>
          <span role="status">
            {stage.page + 1} / {stage.pages}
          </span>
          <ActionIcon
            variant="transparent"
            size={44}
            aria-label={t`Next participants`}
            disabled={stage.page === stage.pages - 1}
            onClick={() => setPage(stage.page + 1)}
          >
            <IconChevronRight aria-hidden />
          </ActionIcon>
        </nav>
      )}
    </div>
  );
}

function Screen({ participant, stream }: { participant: Tile['participant']; stream?: MediaStream }) {
  const { t } = useLingui();
  const name = useParticipantName(participant);
  return (
    <figure className={css.screen}>
      {stream && <VideoElement stream={stream} label={t`Screen of ${name}`} />}
      <figcaption className={css.caption}>
        <Trans>{name} is sharing a screen</Trans>
      </figcaption>
    </figure>
  );
}

interface ParticipantTileProps {
  tile: Tile;
  speaking: boolean;
  stream?: MediaStream;
  /** For hosts. */
  controls?: { roster: Roster; meeting: Meeting };
}

function ParticipantTile({ tile: { participant, camera }, speaking, stream, controls }: ParticipantTileProps) {
  const { t } = useLingui();
  const name = useParticipantName(participant);
  return (
    <li className={css.tile} data-speaking={speaking || undefined}>
      {stream ? (
        <VideoElement stream={stream} label={t`${name}, live`} className={css.video} />
      ) : (
        <Avatar name={name} of={participant.extension_id} size={72} />
      )}
      <span className={css.name}>
        {participant.host && <IconCrown size={14} role="img" aria-label={t`host`} />}
        {participant.muted && <IconMicrophoneOff size={14} role="img" aria-label={t`muted`} />}
        {participant.hand && <IconHandStop size={14} role="img" aria-label={t`Hand raised`} />}
        <span className={css.text}>{name}</span>
        {speaking && <VisuallyHidden>{t`speaking`}</VisuallyHidden>}
      </span>
      {controls && (
        <ParticipantMenu
          person={participant}
          roster={controls.roster}
          stopVideo={camera && (() => void controls.meeting.stopOther(camera.id))}
        >
          <ActionIcon className={css.actions} variant="transparent" size={44} aria-label={t`Actions for ${name}`}>
            <IconDots aria-hidden />
          </ActionIcon>
        </ParticipantMenu>
      )}
    </li>
  );
}
