import { Button, Drawer, Stack, Text } from '@mantine/core';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { toast } from '~/core/toasts';
import { useLayer } from '~/design/layers';
import { remind, removeReminder } from '~/features/reminders';
import type { Call } from '~/sip';
import { useMessageInstead } from './useMessageInstead';
import { useRemoteParty } from './useRemoteParty';

interface ReplySheetProps {
  call: Call;
  /** Its content; the sheet is closed without it. */
  kind?: 'message' | 'remind';
  close: () => void;
}

/** Declines a call with a message, or to be reminded of it. */
export default function ReplySheet({ call, kind, close }: ReplySheetProps) {
  const { t } = useLingui();
  const { title } = useRemoteParty(call);
  const dismiss = useLayer(kind !== undefined, close);
  return (
    <Drawer
      opened={kind !== undefined}
      onClose={dismiss}
      position="bottom"
      size="auto"
      title={kind === 'message' ? t`Decline with a message` : t`Decline and remind me`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={600}
    >
      <Stack gap="sm" maw={480} mx="auto" pb="md">
        <Text size="sm" c="dimmed">
          {kind === 'message' ? (
            <Trans>{title} gets the message in the chat.</Trans>
          ) : (
            <Trans>The reminder is stored on this device only.</Trans>
          )}
        </Text>
        {kind === 'message' ? <Messages call={call} /> : <Times call={call} />}
      </Stack>
    </Drawer>
  );
}

function Messages({ call }: { call: Call }) {
  const { t } = useLingui();
  const message = useMessageInstead(call);
  const texts = [t`I will call you back.`, t`I am in a meeting.`, t`I am on my way.`, t`Please write to me instead.`];
  return (
    <>
      {texts.map((text) => (
        <Button key={text} size="md" variant="default" onClick={() => message?.(text)}>
          {text}
        </Button>
      ))}
      <Button size="md" variant="subtle" onClick={() => message?.()}>
        <Trans>Write a message…</Trans>
      </Button>
    </>
  );
}

/** Minutes after which to be reminded. */
const AFTER = [10, 30, 60];

function Times({ call }: { call: Call }) {
  const { t } = useLingui();
  const { title } = useRemoteParty(call);
  const choose = async (minutes: number) => {
    const { number, name } = call;
    call.decline();
    const { id } = await remind({ number, name }, minutes);
    const after = plural(minutes, { one: '# minute', other: '# minutes' });
    toast({ message: t`You are reminded of ${title} in ${after}.`, undo: () => removeReminder(id) });
  };
  return AFTER.map((minutes) => (
    <Button key={minutes} size="md" variant="default" onClick={() => void choose(minutes)}>
      {minutes === 60 ? <Trans>In 1 hour</Trans> : <Trans>In {minutes} minutes</Trans>}
    </Button>
  ));
}
