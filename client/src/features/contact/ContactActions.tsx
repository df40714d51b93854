import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowForwardUp,
  IconCopy,
  IconDots,
  IconFlag,
  IconMessage,
  IconPencil,
  IconPhone,
  IconPhoneCalling,
  IconStar,
  IconStarFilled,
  IconTrash,
  IconVideo,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, type ReactNode } from 'react';
import { useChatAllowed } from '~/api/session';
import { useValue } from '~/core/store';
import { startCall } from '~/features/call';
import { useOpenChat } from '~/features/chat';
import { useCallWhenFree } from '~/features/completions';
import { favourites, restoreFavourites, setFavourite } from '~/features/directory';
import { reportAbuse } from '~/features/support';
import { phone } from '~/sip';
import type { ContactParty } from './Contact';
import { useCopyNumber } from './useCopyNumber';
import css from './contact.module.css';

/** Call, video, favourite, and a menu with the rest. */
export function ContactActions({ party: { id, name, number, title, entry } }: { party: ContactParty }) {
  const { t } = useLingui();
  const favourite = useValue(favourites, (each) => id !== undefined && each.includes(id));
  const talking = useValue(phone.state, ({ active }) => (active?.answered && !active.ended ? active : undefined));
  const copyNumber = useCopyNumber();
  const callWhenFree = useCallWhenFree();
  const openChat = useOpenChat();
  const chat = useChatAllowed();
  useEffect(() => void restoreFavourites(), []);
  const call = (video: boolean) => void startCall(number, { video, name: name || undefined });
  return (
    <div className={css.actions} role="group" aria-label={t`Actions for ${title}`}>
      {number && (
        <>
          <Action
            label={t`Call ${title}`}
            text={t`Call`}
            icon={<IconPhone stroke={1.75} />}
            onClick={() => call(false)}
          />
          <Action
            label={t`Video call with ${title}`}
            text={t`Video`}
            icon={<IconVideo stroke={1.75} />}
            onClick={() => call(true)}
          />
        </>
      )}
      {chat && id !== undefined && (
        <Action
          label={t`Send a message to ${title}`}
          text={t`Message`}
          icon={<IconMessage stroke={1.75} />}
          onClick={() => void openChat([number])}
        />
      )}
      {entry?.favourite !== undefined && (
        <Action
          label={entry.favourite ? t`Remove ${title} from favourites` : t`Add ${title} to favourites`}
          text={t`Favourite`}
          icon={entry.favourite ? <IconStarFilled /> : <IconStar stroke={1.75} />}
          onClick={entry.onFavourite}
        />
      )}
      {id !== undefined && !entry && (
        <Action
          label={favourite ? t`Remove ${title} from favourites` : t`Add ${title} to favourites`}
          text={t`Favourite`}
          icon={favourite ? <IconStarFilled /> : <IconStar stroke={1.75} />}
          onClick={() => void setFavourite(id, !favourite)}
        />
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Action label={t`More actions for ${title}`} text={t`More`} icon={<IconDots stroke={1.75} />} />
        </Menu.Target>
        <Menu.Dropdown>
          {talking && number && (
            <Menu.Item
              leftSection={<IconArrowForwardUp size={18} aria-hidden />}
              onClick={() => talking.transfer(number)}
            >
              <Trans>Transfer the call here</Trans>
            </Menu.Item>
          )}
          {id !== undefined && (
            <Menu.Item
              leftSection={<IconPhoneCalling size={18} aria-hidden />}
              onClick={() => callWhenFree({ number, name })}
            >
              <Trans>Call me when free</Trans>
            </Menu.Item>
          )}
          {number && (
            <Menu.Item leftSection={<IconCopy size={18} aria-hidden />} onClick={() => copyNumber(number)}>
              <Trans>Copy number</Trans>
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconFlag size={18} aria-hidden />}
            onClick={() => reportAbuse({ topic: title, excerpt: [name, number].filter(Boolean).join(', ') })}
          >
            <Trans>Report to the administrators</Trans>
          </Menu.Item>
          {entry?.onEdit && (
            <Menu.Item leftSection={<IconPencil size={18} aria-hidden />} onClick={entry.onEdit}>
              <Trans>Edit contact</Trans>
            </Menu.Item>
          )}
          {entry?.onDelete && (
            <Menu.Item color="red.9" leftSection={<IconTrash size={18} aria-hidden />} onClick={entry.onDelete}>
              <Trans>Delete contact</Trans>
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

interface ActionProps {
  label: string;
  text: string;
  icon: ReactNode;
  onClick?: () => void;
}

/** A round button of 56 px with its name below. Other properties come from `Menu.Target`. */
function Action({ label, text, icon, ...rest }: ActionProps) {
  return (
    <div className={css.action}>
      <ActionIcon variant="light" size={56} radius={28} aria-label={label} {...rest}>
        {icon}
      </ActionIcon>
      <span aria-hidden>{text}</span>
    </div>
  );
}
