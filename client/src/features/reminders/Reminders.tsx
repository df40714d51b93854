import { ActionIcon, Button } from '@mantine/core';
import { IconBell, IconX } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { Row, Rows } from '~/design/Rows';
import { useNumberFormat } from '~/features/phone-numbers';
import { phone } from '~/sip';
import { openReminders, reminders, removeReminder, type Reminder } from './model';

/** The calls to return. Renders nothing if there are none. */
export function Reminders() {
  const { t } = useLingui();
  const all = useValue(reminders);
  useEffect(() => void openReminders(), []);
  if (all.length === 0) return null;
  return (
    <Rows label={t`Calls to return`}>
      {all.map((each) => (
        <ReminderRow key={each.id} reminder={each} />
      ))}
    </Rows>
  );
}

function ReminderRow({ reminder: { id, number, name, due } }: { reminder: Reminder }) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const caller = name || formatted(number);
  const time = new Date(due).toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
  const callBack = async () => {
    await removeReminder(id);
    await phone.call(number, { name });
  };
  return (
    <Row
      icon={<IconBell size={20} aria-hidden />}
      trailing={
        <>
          <Button size="md" variant="default" aria-label={t`Call ${caller}`} onClick={() => void callBack()}>
            <Trans>Call</Trans>
          </Button>
          <ActionIcon
            size={44}
            variant="subtle"
            aria-label={t`Remove the reminder of ${caller}`}
            onClick={() => void removeReminder(id)}
          >
            <IconX size={20} aria-hidden />
          </ActionIcon>
        </>
      }
    >
      <Trans>
        Call <bdi>{caller}</bdi> back at {time}
      </Trans>
    </Row>
  );
}
