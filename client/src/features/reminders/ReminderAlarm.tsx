import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { useNumberFormat } from '~/features/phone-numbers';
import { phone } from '~/sip';
import { openReminders, reminders, removeReminder, takeDue } from './model';

/** Reminds of calls when they are due: by a notification here, and one of the system while the page is hidden. */
export function ReminderAlarm() {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const next = useValue(reminders, (all) => all.find((each) => !each.shown)?.due);
  useEffect(() => void openReminders(), []);
  useEffect(() => {
    if (next === undefined) return undefined;
    const alarm = async () => {
      for (const { id, number, name } of await takeDue()) {
        const callBack = async () => {
          await removeReminder(id);
          await phone.call(number, { name });
        };
        toast({ message: t`Reminder: call ${name || formatted(number)}`, action: t`Call`, undo: callBack });
        if (document.hidden) await notify(t`Call reminder`);
      }
    };
    const timer = setTimeout(() => void alarm(), Math.max(0, next - Date.now()));
    return () => clearTimeout(timer);
  }, [next, t, formatted]);
  return null;
}

/** Without a name: others may see the screen. */
async function notify(title: string): Promise<void> {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
  const worker = await navigator.serviceWorker?.getRegistration();
  const options = {
    tag: 'reminder',
    icon: '/app/icon-192.png',
    badge: '/app/icon-192.png',
    data: { path: '/app/calls' },
  };
  await worker?.showNotification(title, options).catch(() => undefined);
}
