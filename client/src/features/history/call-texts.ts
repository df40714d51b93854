import { useLingui } from '@lingui/react/macro';
import { formatDuration } from '~/design/dates';
import { useNumberFormat } from '~/features/phone-numbers';
import { daysAgo, type HistoryEntry } from './model';

/** Days as people say them: "Today", "Tuesday, 24 November". */
export function useDayText(): (date: Date) => string {
  const { t, i18n } = useLingui();
  return (date) => {
    const ago = daysAgo(date, new Date());
    if (ago === 0) return t`Today`;
    if (ago === 1) return t`Yesterday`;
    return i18n.date(date, { weekday: 'long', day: 'numeric', month: 'long', ...(ago > 300 && { year: 'numeric' }) });
  };
}

/** Texts for calls, in the present language. */
export function useCallTexts() {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const kinds = {
    incoming: t`Incoming`,
    outgoing: t`Outgoing`,
    missed: t`Missed`,
    declined: t`Declined`,
    test: t`Test`,
  };
  const outcomes = {
    answered: '',
    missed: t`no answer`,
    cancelled: t`cancelled`,
    busy: t`busy`,
    declined: t`declined`,
    unreachable: t`not reachable`,
    failed: t`failed`,
  };
  return {
    /** "Missed"; "Outgoing, busy"; "Outgoing, left a message 0:07". */
    outcomeOf({ kind, outcome, messageSeconds = -1 }: HistoryEntry): string {
      if (kind !== 'outgoing') return kinds[kind];
      const length = formatDuration(Math.round(messageSeconds));
      const result =
        messageSeconds > 0
          ? t`left a message ${length}`
          : messageSeconds === 0
            ? t`voicemail answered`
            : outcomes[outcome];
      return result ? `${kinds[kind]}, ${result}` : kinds[kind];
    },
    /** Name of the remote party, otherwise its number. */
    nameOf({ kind, name, number, erased }: HistoryEntry): string {
      if (kind === 'test') return t`Test call`;
      return erased ? t`Deleted person` : name || formatted(number) || t`Withheld number`;
    },
  };
}
