import { useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { problemText } from '~/design/problem-messages';
import { useValue } from '~/core/store';
import type { Call } from '~/sip';
import { recordingStateIn, rooms } from '~/features/conferences';
import { NONE, recording } from './recording';
import { useRoom } from './useRoom';
import { useCallRecording } from './useServerCall';
import { CONFERENCE_RECORDING, RECORDING_STATES, RECORDING_ENDS } from './messages';
import css from './notice.module.css';

/** Announces the recording state and a listening supervisor, also to screen readers, from the announcement to the end. */
export function RecordingBanner({ call }: { call: Call }) {
  const { t } = useLingui();
  const current = useCallRecording(call);
  const { id, now } = current ?? { id: '', now: NONE };
  const room = useRoom(call)?.id ?? '';
  const meeting = useValue(rooms, (each) => recordingStateIn(each, room));
  const callText = now.state === 'none' ? now.end && RECORDING_ENDS[now.end] : RECORDING_STATES[now.state];
  const text = meeting === 'none' ? callText : CONFERENCE_RECORDING[meeting];
  const isUser = useValue(session, (each) => each.state === 'in' && each.me.role === 'user');
  // Automatic recordings can be stopped by administrators only, others by the participant who started them.
  const stoppable = (now.state === 'recording' || now.state === 'paused') && now.directs && !(now.automatic && isUser);
  const request = recording.request.bind(recording, id);
  return (
    <div aria-live="assertive">
      {now.monitored && (
        <div className={css.notice} data-notice>
          <strong>{t`A supervisor is listening to this call`}</strong>
        </div>
      )}
      {(text || now.refused) && (
        <div className={css.notice} data-notice>
          {text && <strong>{t(text)}</strong>}
          {now.refused && <span>{problemText(now.refused, t).title}</span>}
          <div className={css.noticeActions}>
            {now.state === 'paused' && now.directs && (
              <button type="button" onClick={() => void request('recording')}>{t`Resume recording`}</button>
            )}
            {now.state === 'recording' && now.directs && (
              <button type="button" onClick={() => void request('paused')}>{t`Pause recording`}</button>
            )}
            {stoppable && <button type="button" onClick={() => void request('stopped')}>{t`Stop recording`}</button>}
            {now.state === 'none' && (callText || now.refused) && (
              <button type="button" onClick={() => recording.dismiss(id)}>{t`OK`}</button>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
