import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import type { ScanModel } from './scan';
import css from './scan.module.css';

/** The image of the camera while a code is looked for. */
export function Viewfinder<Found, Seen>({ model, stream }: { model: ScanModel<Found, Seen>; stream: MediaStream }) {
  const { t } = useLingui();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = stream;
    void element.play().catch(() => undefined);
    void model.scan(element);
  }, [model, stream]);
  return (
    <figure className={css.viewfinder}>
      <video ref={video} muted playsInline aria-label={t`Camera image`} />
      <span className={css.frame} aria-hidden />
      <figcaption>
        <Trans>Point the camera at the code.</Trans>
      </figcaption>
    </figure>
  );
}
