import { useLingui } from '@lingui/react/macro';
import { PresenceDot } from '~/design/PresenceDot';
import { formatDateTime } from '~/design/dates';
import { STATE_LABELS, STATE_SHAPES } from './messages';
import { usePresence } from './presences';
import css from './presence.module.css';

/** The dot on the picture of a colleague; nothing while the presence is unknown. */
export function ColleagueDot({ extension }: { extension: string }) {
  const { t } = useLingui();
  const presence = usePresence(extension);
  if (!presence) return null;
  return <PresenceDot presence={STATE_SHAPES[presence.state]} label={t(STATE_LABELS[presence.state])} />;
}

/** Returns the state in words with its end and note, or that a call rings; "" while it is unknown. */
export function usePresenceText(extension?: string): string {
  const { t } = useLingui();
  const presence = usePresence(extension);
  if (!presence) return '';
  if (presence.ringing) return t`Ringing`;
  const { state, until, note } = presence;
  const label = t(STATE_LABELS[state]);
  const end = until && formatDateTime(until);
  return [end ? t`${label} until ${end}` : label, note].filter(Boolean).join(' · ');
}

/** The state of a colleague in words, below a name. */
export function PresenceText({ extension }: { extension: string }) {
  const text = usePresenceText(extension);
  return text ? (
    <p className={css.text} role="status">
      <ColleagueDot extension={extension} />
      <span dir="auto">{text}</span>
    </p>
  ) : null;
}
