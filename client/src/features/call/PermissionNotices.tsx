import { Trans, useLingui } from '@lingui/react/macro';
import { pendingPermission } from '~/media/capture';
import { useValue } from '~/core/store';
import { PermissionText } from '~/features/privacy';
import type { Call } from '~/sip';
import { CallNotice } from './CallNotice';
import { captureNotice, PERMISSION_REASONS } from './messages';
import { RetryButton } from './RetryButton';
import { useRoom } from './useRoom';
import { useRemoteParty } from './useRemoteParty';
import css from './notice.module.css';

/** Explains permission prompts and missing devices. */
export function PermissionNotices({ call }: { call: Call }) {
  const { t } = useLingui();
  const { captureError, videoRefused, videoEnded, transfer, endReason, awaitsMicrophone } = useValue(call.state);
  const room = useRoom(call);
  const { title: name } = useRemoteParty(call);
  const { source } = useValue(pendingPermission);
  if (endReason === 'not-resumed') {
    return <CallNotice role="alert" title={t`Your call with ${name} ended.`} />;
  }
  if (source) {
    return (
      <div className={css.notice} data-notice role="status">
        {t(PERMISSION_REASONS[source])}
        <span>
          <PermissionText of={source} />
        </span>
      </div>
    );
  }
  if (captureError) {
    const { title, advice } = captureNotice(captureError);
    const retry = () => void (captureError.source === 'camera' ? call.setVideo(true) : call.reopenMicrophone());
    return (
      <CallNotice role="alert" title={t(title)} advice={t(advice)}>
        <RetryButton fault={captureError} retry={retry} />
        <button type="button" onClick={() => call.dismissNotices()}>
          {awaitsMicrophone ? t`Call anyway` : t`Continue without`}
        </button>
      </CallNotice>
    );
  }
  if (transfer === 'refused') {
    return (
      <CallNotice role="alert" title={t`Transfer failed`} advice={t`No answer. You are still connected.`}>
        <button type="button" onClick={() => call.dismissNotices()}>{t`OK`}</button>
      </CallNotice>
    );
  }
  if (!videoRefused && !videoEnded) return null;
  return (
    <CallNotice role="status" title={soundOnlyText(room !== undefined, videoEnded)}>
      <button type="button" onClick={() => call.dismissNotices()}>
        {videoEnded ? t`OK` : t`Continue without`}
      </button>
    </CallNotice>
  );
}

function soundOnlyText(conference: boolean, ended: boolean) {
  if (conference) return <Trans>Your camera is off. Press Video to be seen in the conference.</Trans>;
  if (ended) return <Trans>The call continues with sound only</Trans>;
  return <Trans>The other party did not accept video</Trans>;
}
