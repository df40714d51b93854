import { Menu } from '@mantine/core';
import { IconHandOff, IconMicrophone, IconMicrophoneOff, IconUserX, IconVideoOff } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { ReactElement } from 'react';
import type { Participant } from '~/api';
import { useParticipantName, useRemoval } from './actions';
import type { Roster } from './roster';

interface ParticipantMenuProps {
  person: Participant;
  roster: Roster;
  /** Stops the video of the participant, if there is one. */
  stopVideo?: () => void;
  /** The button that opens the menu. */
  children: ReactElement;
}

/** The actions of a host on a participant. */
export function ParticipantMenu({ person, roster, stopVideo, children }: ParticipantMenuProps) {
  const { t } = useLingui();
  const name = useParticipantName(person);
  const remove = useRemoval(person, roster);
  const MuteIcon = person.muted ? IconMicrophone : IconMicrophoneOff;
  return (
    <Menu zIndex={400}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          mih={44}
          leftSection={<MuteIcon size={18} aria-hidden />}
          onClick={() => void roster.change(person.id, { muted: !person.muted })}
        >
          {person.muted ? t`Unmute ${name}` : t`Mute ${name}`}
        </Menu.Item>
        {person.hand && (
          <Menu.Item
            mih={44}
            leftSection={<IconHandOff size={18} aria-hidden />}
            onClick={() => void roster.change(person.id, { hand: false })}
          >
            {t`Lower hand of ${name}`}
          </Menu.Item>
        )}
        {stopVideo && (
          <Menu.Item mih={44} leftSection={<IconVideoOff size={18} aria-hidden />} onClick={stopVideo}>
            {t`Stop video of ${name}`}
          </Menu.Item>
        )}
        <Menu.Item mih={44} color="red" leftSection={<IconUserX size={18} aria-hidden />} onClick={() => void remove()}>
          {t`Remove ${name}`}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
