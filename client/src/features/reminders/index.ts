/** Calls to return, of which the user is reminded on this device. */
export { ReminderAlarm } from './ReminderAlarm';
export { Reminders } from './Reminders';
export { remind, removeReminder } from './model';
