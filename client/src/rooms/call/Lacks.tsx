import { useLingui } from '@lingui/react/macro';
import { asking } from '~/media/capture';
import { useValue } from '~/kernel/store';
import type { Call } from '~/sip';
import { lackingWords, REASONS } from './words';
import css from './call.module.css';

/** What the browser asks for and why; what is missing and how to get it. */
export function Lacks({ call }: { call: Call }) {
  const { t } = useLingui();
  const { lacking, videoRefused, transfer } = useValue(call.state);
  const { source } = useValue(asking);
  if (source) {
    return (
      <div className={css.note} role="status">
        {t(REASONS[source])}
      </div>
    );
  }
  if (lacking) {
    const { what, todo } = lackingWords(lacking);
    const again = () => void (lacking.source === 'camera' ? call.video(true) : call.reopenMicrophone());
    return (
      <div className={css.note} role="alert">
        <strong>{t(what)}</strong>
        <span>{t(todo)}</span>
        <div className={css.noteKeys}>
          <button type="button" onClick={again}>{t`Try again`}</button>
          <button type="button" onClick={() => call.overlook()}>{t`Go on without`}</button>
        </div>
      </div>
    );
  }
  if (transfer === 'refused') {
    return (
      <div className={css.note} role="alert">
        <strong>{t`The call could not be transferred`}</strong>
        <span>{t`Nobody took it there. You are still connected.`}</span>
        <div className={css.noteKeys}>
          <button type="button" onClick={() => call.overlook()}>{t`Go on`}</button>
        </div>
      </div>
    );
  }
  if (!videoRefused) return null;
  return (
    <div className={css.note} role="status">
      <strong>{t`The other side takes no video`}</strong>
      <div className={css.noteKeys}>
        <button type="button" onClick={() => call.overlook()}>{t`Go on without`}</button>
      </div>
    </div>
  );
}
