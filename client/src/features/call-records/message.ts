import type { CallRecord, Extension } from '~/api';

/** A page of the portal. */
export interface MessagePage {
  to: string;
  search?: { tab: string };
}

/** Where the mailbox of the message that a call left is shown; undefined for a call without a message. */
export function messagePage(
  {
    answered_by,
    message_seconds,
    parties,
    steps,
  }: Pick<CallRecord, 'answered_by' | 'message_seconds' | 'parties' | 'steps'>,
  extensions: readonly Pick<Extension, 'id' | 'number' | 'person_id'>[],
): MessagePage | undefined {
  if (answered_by !== 'voicemail' || !message_seconds) return undefined;
  const number = steps.findLast(({ kind }) => kind === 'mailbox')?.number ?? parties.at(-1)?.number;
  const extension = extensions.find((each) => each.number === number);
  if (!extension) return { to: '/voicemail' };
  return extension.person_id
    ? { to: `/people/${extension.person_id}`, search: { tab: 'voicemail' } }
    : { to: `/phones/${extension.id}` };
}

/** Whether the caller called their own number, to test it. */
export function isTestCall({ parties }: Pick<CallRecord, 'parties'>): boolean {
  const [caller, ...callees] = parties;
  return caller?.extension_id != null && callees.some(({ extension_id }) => extension_id === caller.extension_id);
}
