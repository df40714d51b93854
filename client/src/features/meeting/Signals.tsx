import { useLingui } from '@lingui/react/macro';
import type { Participant } from '~/api';
import { useParticipantName } from '~/features/conferences';
import css from './meeting.module.css';
import { REACTIONS } from './reactions';

/** Raised hands and reactions, also for screen readers. */
export function Signals({ participants }: { participants: readonly Participant[] }) {
  const shown = participants.filter((each) => each.hand || each.reaction);
  return (
    <div role="status" className={css.signals}>
      {shown.map((each) => (
        <Signal key={each.id} person={each} />
      ))}
    </div>
  );
}

function Signal({ person }: { person: Participant }) {
  const { t } = useLingui();
  const name = useParticipantName(person);
  const reaction = person.reaction && REACTIONS[person.reaction];
  return (
    <span className={css.signal}>
      {name}
      {person.hand && <span role="img" aria-label={t`Hand raised`}>{` ✋`}</span>}
      {reaction && <span role="img" aria-label={t(reaction.label)}>{` ${reaction.emoji}`}</span>}
    </span>
  );
}
