import { Button, Group, PasswordInput, Stack, Switch, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { useValue } from '~/core/store';
import { Greetings } from './Greetings';
import { ALL_KINDS } from './greetings';
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
  if (!mailbox) return fault ? <ErrorBar fault={fault} retry={() => model.load()} /> : <SkeletonBlock height={120} />;
  return (
    <Stack gap="sm">
      <ErrorNotice fault={fault} />
      {mailbox.enabled && !mailbox.takes_messages && (
        <InfoNotice>
          <Trans>Voicemail is turned off for your organisation.</Trans>
        </InfoNotice>
      )}
      <Switch
        size="md"
        label={t`Send unanswered calls to voicemail`}
        checked={mailbox.enabled}
        disabled={busy}
        onChange={(event) => void model.change({ enabled: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`Notify me of new messages by e-mail`}
        description={t`The e-mail does not contain the message.`}
        checked={mailbox.mail}
        disabled={busy}
        onChange={(event) => void model.change({ mail: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`Include the caller in the e-mail`}
        checked={mailbox.mail && mailbox.mail_caller}
        disabled={busy || !mailbox.mail}
        onChange={(event) => void model.change({ mail_caller: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`Include the message in the e-mail`}
        description={
          !mailbox.may_mail_sound
            ? t`Your organisation does not allow messages to be sent by e-mail.`
            : own
              ? t`Sent as an audio file. Anyone with access to your e-mail can hear it. Deleting the message here does not delete the e-mail.`
              : t`Only the owner of the mailbox can turn this on.`
        }
        checked={mailbox.mail && mailbox.mail_sound && mailbox.may_mail_sound}
        disabled={busy || !mailbox.mail || !mailbox.may_mail_sound || !(own || mailbox.mail_sound)}
        onChange={(event) => void model.change({ mail_sound: event.currentTarget.checked })}
      />
      <PinForm model={model} />
      <div>
        <Text fw={600}>
          <Trans>Greetings</Trans>
        </Text>
        <Greetings mailbox={extension} tenant={tenant} kinds={ALL_KINDS} />
        {greeting}
      </div>
    </Stack>
  );
}

function PinForm({ model }: { model: MailboxModel }) {
  const { t } = useLingui();
  const { mailbox, busy, done, pinFault } = useValue(model.state);
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
      <ErrorNotice fault={pinFault} />
      {maySetPin ? (
        <PasswordInput
          size="md"
          label={hasPin ? t`New PIN` : t`PIN`}
          description={t`Allows access to the mailbox from any phone by *98. 4 to 12 digits.`}
          inputMode="numeric"
          autoComplete="off"
          maxLength={12}
          visibilityToggleButtonProps={{ 'aria-label': t`Show or hide PIN` }}
          value={pin}
          onChange={(event) => setPin(event.currentTarget.value)}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {hasPin ? (
            <Trans>PIN set. Only the owner of the mailbox can change it.</Trans>
          ) : (
            <Trans>No PIN. Only the owner of the mailbox can set one.</Trans>
          )}
        </Text>
      )}
      <Group gap="xs" mt="xs">
        {maySetPin && (
          <Button type="submit" size="md" variant="light" disabled={!isValidPin(pin) || busy}>
            {hasPin ? <Trans>Change PIN</Trans> : <Trans>Set PIN</Trans>}
          </Button>
        )}
        {hasPin && (
          <Button size="md" variant="default" disabled={busy} onClick={() => void set('')}>
            <Trans>Remove PIN</Trans>
          </Button>
        )}
      </Group>
      {done && (
        <Text role="status" size="sm" mt="xs">
          {done === 'pin' ? <Trans>PIN set.</Trans> : <Trans>PIN removed.</Trans>}
        </Text>
      )}
    </form>
  );
}
