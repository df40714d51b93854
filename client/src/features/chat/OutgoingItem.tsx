import { Button, Group, Text } from '@mantine/core';
import { IconAlertCircle, IconClock } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Conversation } from '~/api';
import { Problem } from '~/core/problem';
import { problemSentences } from '~/design/problem-messages';
import { useValue } from '~/core/store';
import { discardMessage, retryMessage } from './chats';
import { waitingDevices } from './encryption/waiting';
import { OutgoingFiles } from './files/OutgoingFiles';
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
  const { client_id: id, text, created, refused, reason, files = [] } = message;
  const nameOf = useMentionName(conversation);
  const deviceWaits = useValue(waitingDevices, (all) => all.has(conversation.id));
  return (
    <li className={css.item} data-own aria-label={t`You`}>
      <div className={css.bubble} data-waiting>
        {text && <MessageText text={text} nameOf={nameOf} />}
        {files.length > 0 && <OutgoingFiles files={files} />}
        {refused && reason && <Reason reason={reason} />}
        <div className={css.foot}>
          <time dateTime={created}>{i18nTime(created)}</time>
          {refused ? (
            <IconAlertCircle size={16} role="img" aria-label={t`Not sent`} className={css.mark} />
          ) : (
            <IconClock
              size={16}
              role="img"
              aria-label={deviceWaits ? t`Waits for your other device` : t`Sending`}
              className={css.mark}
            />
          )}
        </div>
        {refused && (
          <Group gap="xs">
            <Button size="compact-md" variant="default" onClick={() => void retryMessage(id)}>
              <Trans>Send again</Trans>
            </Button>
            <Button size="compact-md" variant="subtle" onClick={() => void discardMessage(message)}>
              <Trans>Discard</Trans>
            </Button>
          </Group>
        )}
        {!refused && files.length > 0 && (
          <Button size="compact-md" variant="subtle" onClick={() => void discardMessage(message)}>
            <Trans>Cancel</Trans>
          </Button>
        )}
      </div>
    </li>
  );
}

function Reason({ reason: { code, status, message, hint } }: { reason: NonNullable<Outgoing['reason']> }) {
  const { t } = useLingui();
  return (
    <Text size="sm" role="alert">
      {problemSentences(new Problem(code, status, message, hint), t)}
    </Text>
  );
}
