import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { problemText } from '~/design/problem-messages';
import type { Meeting } from '~/features/meeting';
import { captureNotice } from './messages';
import css from './notice.module.css';

/** Says why the own camera or screen is not sent. */
export function MeetingNotices({ meeting }: { meeting: Meeting }) {
  const { t } = useLingui();
  const { captureError, refused, soundMissing } = useValue(meeting.state);
  if (captureError) {
    const { source } = captureError;
    const { title, advice } = captureNotice(captureError);
    return (
      <div className={css.notice} data-notice role="alert">
        <strong>{t(title)}</strong>
        <span>{t(advice)}</span>
        <div className={css.noticeActions}>
          {source !== 'microphone' && (
            <button type="button" onClick={() => void meeting.send(source, true)}>{t`Try again`}</button>
          )}
          <button type="button" onClick={() => meeting.dismiss()}>{t`Continue without`}</button>
        </div>
      </div>
    );
  }
  if (!refused && soundMissing) {
    return (
      <div className={css.notice} data-notice role="status">
        <strong>{t`Your screen is shared without its sound`}</strong>
        <span>{t`To share it, share the screen again, choose a tab, and allow its sound in the same window.`}</span>
        <div className={css.noticeActions}>
          <button type="button" onClick={() => meeting.dismiss()}>{t`OK`}</button>
        </div>
      </div>
    );
  }
  if (!refused) return null;
  const { title, advice } = problemText(refused, t);
  return (
    <div className={css.notice} data-notice role="alert">
      <strong>{title}</strong>
      {advice && <span>{advice}</span>}
      <div className={css.noticeActions}>
        <button type="button" onClick={() => meeting.dismiss()}>{t`OK`}</button>
      </div>
    </div>
  );
}
