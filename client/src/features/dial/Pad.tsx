import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { IconBackspace, IconPhone, IconVideo } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { Keypad, startCall } from '~/features/call';
import { colleagues } from '~/features/directory';
import { useCode } from '~/features/feature-codes';
import { SetUpLine } from '~/features/onboarding';
import { loadPhoneNumbers } from '~/features/phone-numbers';
import { phone } from '~/sip';
import { NumberField } from './NumberField';
import { Suggestions } from './Suggestions';
import { appendKey, backspace, dialled, restoreLastNumber, setTyped, takeDialledNumber } from './model';
import css from './pad.module.css';

/** Whether a call can be tried at all: browsers call a network without a way out offline, although the server answers. */
function isOnline(): boolean {
  const stale = session.state.state === 'in' && session.state.stale;
  // The line notices a lost network late.
  if (phone.state.state.line === 'ready') return navigator.onLine || !stale;
  return navigator.onLine && !stale;
}

/** Number field with suggestions, keys and call buttons: on a page, in a sheet or in a dialog. */
export function Pad({ onDone }: { onDone?: () => void }) {
  const { t } = useLingui();
  const mailbox = useCode('voicemail-own');
  const { typed, last, refused } = useValue(dialled);
  useEffect(() => {
    void restoreLastNumber();
    void loadPhoneNumbers();
  }, []);
  const begin = (number: string, how: { video?: boolean; name?: string } = {}) => {
    void startCall(number, how);
    onDone?.();
  };
  const call = (video = false) => {
    const number = takeDialledNumber(colleagues.state.state.colleagues, isOnline());
    if (number) begin(number, { video });
  };
  return (
    <div className={css.layout}>
      <SetUpLine onFollow={onDone} />
      <form
        className={css.display}
        onSubmit={(event) => {
          event.preventDefault();
          call();
        }}
      >
        <Suggestions />
        <NumberField />
      </form>
      {refused && <Refusal why={refused} onRetry={() => call()} />}
      <Keypad
        onPress={appendKey}
        onLongPress={{ '0': () => appendKey('+'), '1': () => mailbox && begin(mailbox, { name: t`Mailbox` }) }}
        audible
      />
      <div className={css.actions}>
        <ActionIcon
          variant="light"
          size={56}
          radius="xl"
          aria-label={t`Video call`}
          disabled={!typed}
          onClick={() => call(true)}
        >
          <IconVideo size={26} aria-hidden />
        </ActionIcon>
        <ActionIcon
          className={css.call}
          size={72}
          radius={36}
          aria-label={typed || !last ? t`Call` : t`Redial`}
          onClick={() => call()}
        >
          <IconPhone size={32} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={56}
          radius="xl"
          aria-label={t`Delete last digit`}
          disabled={!typed}
          onClick={backspace}
        >
          <IconBackspace size={26} aria-hidden />
        </ActionIcon>
      </div>
    </div>
  );
}

/** Why no call was placed. The number stays in the field. */
function Refusal({ why, onRetry }: { why: 'offline' | 'ambiguous' | 'unknown'; onRetry: () => void }) {
  return (
    <Group className={css.refusal} role="alert" justify="center" gap="xs">
      <Text size="sm">
        {why === 'offline' && <Trans>No connection. The number is kept.</Trans>}
        {why === 'ambiguous' && <Trans>Several people match. Choose one above.</Trans>}
        {why === 'unknown' && <Trans>No match for this name. Enter a number.</Trans>}
      </Text>
      {why === 'offline' ? (
        <Button size="md" variant="subtle" px="xs" onClick={onRetry}>
          <Trans>Try again</Trans>
        </Button>
      ) : (
        <Button size="md" variant="subtle" px="xs" onClick={() => setTyped('')}>
          <Trans>Clear</Trans>
        </Button>
      )}
    </Group>
  );
}
