import { Button, Group, PasswordInput, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { useValue } from '~/core/store';
import { Greetings } from './Greetings';
import { isValidPin, MailboxModel } from './mailbox';
import { askAboutOldMessages } from './old-messages';

interface MailboxBodyProps {
  /** The mailbox belongs to the user. */
  own?: boolean;
  extension: string;
  tenant?: string;
  /** Shown below the greetings. */
  greeting?: ReactNode;
}

/** Settings of one mailbox, own or as administrator. */
export function MailboxBody({ own = false, extension, tenant, greeting }: MailboxBodyProps) {
  const { t } = useLingui();
  const [model] = useState(() => new MailboxModel(extension, tenant, askAboutOldMessages(t)));
  const { mailbox, busy, fault } = useValue(model.state);
  useEffect(() => void model.load(), [model]);
  if (!mailbox) return fault ? <ErrorNotice fault={fault} /> : <Skeleton h={120} aria-label={t`Loading`} />;
  return (
    <Stack gap="sm">
      <ErrorNotice fault={fault} />
      {mailbox.enabled && !mailbox.takes_messages && (
        <InfoNotice>
          <Trans>The organisation has voicemail switched off: calls do not go there.</Trans>
        </InfoNotice>
      )}
      <Switch
        size="md"
        label={t`Calls nobody takes go to voicemail`}
        checked={mailbox.enabled}
        disabled={busy}
        onChange={(event) => void model.change({ enabled: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`Tell of new messages by e-mail`}
        description={t`The e-mail says that there is one.`}
        checked={mailbox.mail}
        disabled={busy}
        onChange={(event) => void model.change({ mail: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`The e-mail says who called`}
        checked={mailbox.mail && mailbox.mail_caller}
        disabled={busy || !mailbox.mail}
        onChange={(event) => void model.change({ mail_caller: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`The message itself is in the e-mail`}
        description={
          !mailbox.may_mail_sound
            ? t`The organisation does not let messages be sent by e-mail.`
            : own
              ? t`As sound, which every mail program plays. Whoever can read your e-mails hears it then, and when you erase the message here, the e-mail stays: delete it too.`
              : t`Only the owner of the mailbox can switch this on.`
        }
        checked={mailbox.mail && mailbox.mail_sound && mailbox.may_mail_sound}
        disabled={busy || !mailbox.mail || !mailbox.may_mail_sound || !(own || mailbox.mail_sound)}
        onChange={(event) => void model.change({ mail_sound: event.currentTarget.checked })}
      />
      <PinForm model={model} />
      <div>
        <Text fw={600}>
          <Trans>What callers hear</Trans>
        </Text>
        <Greetings mailbox={extension} tenant={tenant} />
        {greeting}
      </div>
    </Stack>
  );
}

function PinForm({ model }: { model: MailboxModel }) {
  const { t } = useLingui();
  const { mailbox, busy, done } = useValue(model.state);
  const [pin, setPin] = useState('');
  const hasPin = mailbox?.has_pin ?? false;
  const maySetPin = mailbox?.may_set_pin ?? false;
  const set = async (chosen: string) => {
    await model.setPin(chosen);
    if (model.state.state.done) setPin('');
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void set(pin);
      }}
    >
      {maySetPin ? (
        <PasswordInput
          size="md"
          label={hasPin ? t`New PIN` : t`PIN`}
          description={t`With one the mailbox can be heard from any telephone, by *98. 4 to 12 digits.`}
          inputMode="numeric"
          autoComplete="off"
          maxLength={12}
          visibilityToggleButtonProps={{ 'aria-label': t`Show or hide the PIN` }}
          value={pin}
          onChange={(event) => setPin(event.currentTarget.value)}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {hasPin ? (
            <Trans>It has a PIN. Only the owner of the mailbox can set another.</Trans>
          ) : (
            <Trans>It has no PIN. Only the owner of the mailbox can set one.</Trans>
          )}
        </Text>
      )}
      <Group gap="xs" mt="xs">
        {maySetPin && (
          <Button type="submit" size="md" variant="light" disabled={!isValidPin(pin) || busy}>
            {hasPin ? <Trans>Change the PIN</Trans> : <Trans>Set the PIN</Trans>}
          </Button>
        )}
        {hasPin && (
          <Button size="md" variant="default" disabled={busy} onClick={() => void set('')}>
            <Trans>Take the PIN away</Trans>
          </Button>
        )}
      </Group>
      {done && (
        <Text role="status" size="sm" mt="xs">
          {done === 'pin' ? <Trans>The PIN is set.</Trans> : <Trans>The mailbox has no PIN any more.</Trans>}
        </Text>
      )}
    </form>
  );
}
