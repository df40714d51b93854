import { Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { Conversation } from '~/api';
import { useValue } from '~/core/store';
import { typing } from './chats';
import css from './chat.module.css';

/** Members who are writing at this moment. */
export function TypingLine({ conversation: { id, members } }: { conversation: Conversation }) {
  const writers = useValue(typing.writers, (all) => all[id]);
  const names = members.filter((each) => writers?.includes(each.person_id)).map((each) => each.name || each.number);
  const [first, second] = names;
  return (
    <Text size="sm" c="dimmed" role="status" className={css.typing}>
      {first !== undefined &&
        (names.length > 2 ? (
          <Trans>Several people are typing…</Trans>
        ) : second !== undefined ? (
          <Trans>
            {first} and {second} are typing…
          </Trans>
        ) : (
          <Trans>{first} is typing…</Trans>
        ))}
    </Text>
  );
}
