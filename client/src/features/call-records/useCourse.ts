import { useLingui } from '@lingui/react/macro';
import type { CallRecord } from '~/api';
import { useNumberFormat } from '~/features/phone-numbers';
import { answerSeconds, OUTCOMES } from './outcomes';
import { useShownParty } from './PartyName';

type Step = CallRecord['steps'][number];

export interface CourseEvent {
  /** ISO time; null if unknown. */
  at: string | null;
  text: string;
  /** How the step ended. */
  detail?: string;
}

/** The course of a call, in order: its steps if it had several, else the call, its answer and its end. */
export function useCourse(call: CallRecord): CourseEvent[] {
  const { t } = useLingui();
  const stepEvent = useStepEvent(call);
  const text = useShownParty();
  const [caller, ...callees] = call.parties;
  const end: CourseEvent = { at: call.ended, text: t`Call ends` };
  if (call.steps.length > 0)
    return [{ at: call.started, text: t`${text(caller)} calls` }, ...call.steps.map(stepEvent), end];
  const wait = answerSeconds(call);
  const answer: CourseEvent[] =
    call.answered && wait !== undefined
      ? [
          {
            at: call.answered,
            text:
              call.answered_by === 'voicemail'
                ? t`Voicemail answers after ${Math.round(wait)} s`
                : t`Answered after ${Math.round(wait)} s`,
          },
        ]
      : [];
  const joined = callees.slice(1).map((party) => ({ at: null, text: t`${text(party)} joins` }));
  return [{ at: call.started, text: t`${text(caller)} calls ${text(callees[0])}` }, ...answer, ...joined, end];
}

function useStepEvent(call: CallRecord): (step: Step) => CourseEvent {
  const { t, i18n } = useLingui();
  const party = useShownParty();
  const formatted = useNumberFormat();
  const ended = ({ at, ended, outcome }: Step) => {
    if (outcome === 'continued') return undefined;
    const seconds = Math.max(0, Math.round((Date.parse(ended) - Date.parse(at)) / 1000));
    return t`${i18n._(OUTCOMES[outcome].text)}, ${seconds} s`;
  };
  const person = (step: Step, label: string) => {
    const by = step.by === null || step.by === undefined ? '' : party(call.parties[step.by]);
    switch (step.reason) {
      case 'forwarded':
        return by ? t`${by} forwards to ${label}` : t`Forwarded to ${label}`;
      case 'transferred':
        return by ? t`${by} transfers to ${label}` : t`Transferred to ${label}`;
      case 'returned':
        return t`Returns to ${label}`;
      case 'picked_up':
        return t`${label} picks up`;
      case 'monitored':
        return t`${label} listens as a supervisor`;
      default:
        return t`${label} rings`;
    }
  };
  const object = (kind: Step['kind'], label: string) => {
    const names: Partial<Record<Step['kind'], string>> = {
      group: t`Ring group ${label}`,
      queue: t`Queue ${label}`,
      menu: t`Menu ${label}`,
      hours: t`Hours ${label}`,
      room: t`Conference room ${label}`,
      mailbox: t`Mailbox ${label}`,
      parked: t`Parked ${label}`,
      prompt: t`Announcement ${label}`,
    };
    return names[kind] ?? t`Call app ${label}`;
  };
  return (step) => {
    const label = [step.name, formatted(step.number ?? '')].filter(Boolean).join(' ');
    const isPerson = step.kind === 'extension' || step.kind === 'outside';
    const unknown = step.number === null ? t`Deleted person` : t`Withheld number`;
    const text = isPerson ? person(step, label || unknown) : object(step.kind, label).trim();
    return { at: step.at, text, detail: ended(step) };
  };
}
