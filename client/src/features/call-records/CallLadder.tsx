import { useLingui } from '@lingui/react/macro';
import type { CallRecord } from '~/api';
import { answerSeconds } from './outcomes';
import { usePartyText } from './PartyName';
import css from './call-records.module.css';

/** The course of a call as a list of events with their times. */
export function CallLadder({ call }: { call: CallRecord }) {
  const { t, i18n } = useLingui();
  const text = usePartyText();
  const [caller, ...callees] = call.parties;
  const time = (iso: string) => i18n.date(new Date(iso), { timeStyle: 'medium' });
  const wait = answerSeconds(call);
  const events = [
    { at: call.started, what: t`${text(caller)} calls ${text(callees[0])}` },
    call.answered &&
      wait !== undefined && {
        at: call.answered,
        what:
          call.answered_by === 'voicemail'
            ? t`Voicemail answers after ${Math.round(wait)} s`
            : t`Answered after ${Math.round(wait)} s`,
      },
    ...callees.slice(1).map((party) => ({ at: null, what: t`${text(party)} joins` })),
    { at: call.ended, what: t`Call ends` },
  ].filter((each) => Boolean(each)) as { at: string | null; what: string }[];
  return (
    <ol className={css.ladder} aria-label={t`Course of the call`}>
      {events.map(({ at, what }, index) => (
        <li key={index}>
          <time className="tabular" dateTime={at ?? undefined}>
            {at && time(at)}
          </time>
          <span>{what}</span>
        </li>
      ))}
    </ol>
  );
}
