import { useLingui } from '@lingui/react/macro';
import { wording } from '~/design/wording';
import { useValue } from '~/kernel/store';
import type { Call } from '~/sip';
import { recordedIn, rooms } from '~/rooms/meetings';
import { recording } from './recording';
import { useRoom } from './useRoom';
import { useRecorded } from './useServed';
import { MEETING, RECORDED, UNRECORDED } from './words';
import css from './call.module.css';

/** Says, and has it read aloud, that the call is recorded: from the notice to the end. */
export function RecordingBanner({ call }: { call: Call }) {
  const { t } = useLingui();
  const found = useRecorded(call);
  const { id, now } = found ?? { id: '', now: { state: 'none' as const } };
  const room = useRoom(call)?.id ?? '';
  const meeting = useValue(rooms, (each) => recordedIn(each, room));
  const ofCall = now.state === 'none' ? now.end && UNRECORDED[now.end] : RECORDED[now.state];
  const words = meeting === 'none' ? ofCall : MEETING[meeting];
  const become = recording.become.bind(recording, id);
  return (
    <div aria-live="assertive">
      {(words || now.refused) && (
        <div className={css.note}>
          {words && <strong>{t(words)}</strong>}
          {now.refused && <span>{wording(now.refused, t).what}</span>}
          <div className={css.noteKeys}>
            {now.state === 'paused' && now.directs && (
              <button type="button" onClick={() => void become('recording')}>{t`Go on recording`}</button>
            )}
            {now.state === 'recording' && now.directs && (
              <button type="button" onClick={() => void become('paused')}>{t`Pause the recording`}</button>
            )}
            {now.state === 'none' && (ofCall || now.refused) && (
              <button type="button" onClick={() => recording.overlook(id)}>{t`Go on`}</button>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
