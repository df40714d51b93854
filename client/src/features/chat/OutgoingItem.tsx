import { Button, Group } from '@mantine/core';
import { IconAlertCircle, IconClock } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Conversation } from '~/api';
import { outbox } from './chats';
import { MessageText } from './MessageText';
import type { Outgoing } from './outbox';
import { i18nTime } from './time';
import { useMentionName } from './useMentionName';
import css from './chat.module.css';

interface OutgoingItemProps {
  message: Outgoing;
  conversation: Conversation;
}

/** A message that was not sent yet, or that the server has refused. */
export function OutgoingItem({ message, conversation }: OutgoingItemProps) {
  const { t } = useLingui();
  const { client_id: id, text, created, refused } = message;
  const nameOf = useMentionName(conversation);
  return (
    <li className={css.item} data-own aria-label={t`You`}>
      <div className={css.bubble} data-waiting>
        <MessageText text={text} nameOf={nameOf} />
        <div className={css.foot}>
          <time dateTime={created}>{i18nTime(created)}</time>
          {refused ? (
            <IconAlertCircle size={16} role="img" aria-label={t`Not sent`} className={css.mark} />
          ) : (
            <IconClock size={16} role="img" aria-label={t`Sending`} className={css.mark} />
          )}
        </div>
        {refused && (
          <Group gap="xs">
            <Button size="compact-md" variant="default" onClick={() => void outbox.retry(id)}>
              <Trans>Send again</Trans>
            </Button>
            <Button size="compact-md" variant="subtle" onClick={() => void outbox.discard(id)}>
              <Trans>Discard</Trans>
            </Button>
          </Group>
        )}
      </div>
    </li>
  );
}
