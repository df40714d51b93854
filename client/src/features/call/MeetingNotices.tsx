import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { problemText } from '~/design/problem-messages';
import type { Meeting } from '~/features/meeting';
import { CallNotice } from './CallNotice';
import { captureNotice } from './messages';
import { RetryButton } from './RetryButton';

/** Says why the own camera or screen is not sent, and why no videos are received. */
export function MeetingNotices({ meeting }: { meeting: Meeting }) {
  const { t } = useLingui();
  const { captureError, refused, soundMissing, limit } = useValue(meeting.state);
  if (captureError) {
    const { source } = captureError;
    const { title, advice } = captureNotice(captureError);
    return (
      <CallNotice role="alert" title={t(title)} advice={t(advice)}>
        {source !== 'microphone' && <RetryButton fault={captureError} retry={() => void meeting.send(source, true)} />}
        <button type="button" onClick={() => meeting.dismiss()}>{t`Continue without`}</button>
      </CallNotice>
    );
  }
  const ok = <button type="button" onClick={() => meeting.dismiss()}>{t`OK`}</button>;
  if (refused) {
    return (
      <CallNotice role="alert" {...problemText(refused, t)}>
        {ok}
      </CallNotice>
    );
  }
  if (limit === 0) {
    return (
      <CallNotice
        role="status"
        title={t`Videos do not come through`}
        advice={t`Your network is too slow for them. You still hear everyone. We try again from time to time.`}
      >
        <button type="button" onClick={() => meeting.retryReception()}>{t`Try again now`}</button>
      </CallNotice>
    );
  }
  if (!soundMissing) return null;
  return (
    <CallNotice
      role="status"
      title={t`Your screen is shared without its sound`}
      advice={t`To share it, share the screen again, choose a tab, and allow its sound in the same window.`}
    >
      {ok}
    </CallNotice>
  );
}
