import { Menu } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { ReactElement } from 'react';
import type { Participant } from '~/api';
import type { Reaction } from '~/api/events';
import { REACTIONS } from './reactions';

interface ReactionMenuProps {
  own: Participant;
  change: (change: { hand?: boolean; reaction?: Reaction }) => void;
  /** The button that opens the menu. */
  children: ReactElement;
}

/** Raise or lower the own hand, or show a reaction. */
export function ReactionMenu({ own, change, children }: ReactionMenuProps) {
  const { t } = useLingui();
  return (
    <Menu zIndex={400}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          mih={44}
          leftSection={<IconHandStop size={18} aria-hidden />}
          onClick={() => change({ hand: !own.hand })}
        >
          {own.hand ? t`Lower hand` : t`Raise hand`}
        </Menu.Item>
        {Object.entries(REACTIONS).map(([reaction, { emoji, label }]) => (
          <Menu.Item
            key={reaction}
            mih={44}
            leftSection={<span aria-hidden>{emoji}</span>}
            onClick={() => change({ reaction: reaction as Reaction })}
          >
            {t(label)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
