import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import { VideoElement, type VideoProps } from '~/design/VideoElement';
import css from './video.module.css';

/** Aspect ratios up to this factor apart count as near: the edges are cut off. */
const NEAR = 1.4;

/** Whether a picture fills an area without losing much of it. */
function fills(picture: number, area: number): boolean {
  return Math.max(picture / area, area / picture) <= NEAR;
}

/** The remote party in full screen: filling it, or whole before a blurred backdrop of itself. */
export function RemoteVideo({
  stream,
  label,
  elementRef,
}: Required<Pick<VideoProps, 'stream' | 'label' | 'elementRef'>>) {
  const { ref, width, height } = useElementSize();
  const [ratio, setRatio] = useState(0);
  const cover = !ratio || !height || fills(ratio, width / height);
  return (
    <div ref={ref} className={css.remote}>
      {!cover && <VideoElement stream={stream} className={css.backdrop} />}
      <div className={css.front} data-fit={cover ? 'cover' : 'contain'}>
        <VideoElement
          stream={stream}
          label={label}
          className={css.remoteVideo}
          elementRef={elementRef}
          onRatio={setRatio}
        />
      </div>
    </div>
  );
}
