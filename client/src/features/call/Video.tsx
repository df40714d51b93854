import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import css from './video.module.css';

interface VideoProps {
  stream: MediaStream;
  /** Without a label it is decoration. */
  label?: string;
  className?: string;
  mirrored?: boolean;
  /** Receives the element, for picture in picture. */
  elementRef?: (element: HTMLVideoElement | null) => void;
  /** Receives width divided by height. */
  onRatio?: (ratio: number) => void;
}

/** A video; `data-shape` gives its orientation for the layout. Audio is played by `Speaker`. */
export function Video({ stream, label, className, mirrored, elementRef, onRatio }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const [shape, setShape] = useState<'tall' | 'wide'>('wide');
  useEffect(() => {
    const video = element.current!;
    video.srcObject = stream;
    void video.play().catch(() => undefined);
    elementRef?.(video);
    return () => {
      video.srcObject = null;
      elementRef?.(null);
    };
  }, [stream, elementRef]);
  const measure = () => {
    const { videoHeight, videoWidth } = element.current!;
    setShape(videoHeight > videoWidth ? 'tall' : 'wide');
    if (videoHeight) onRatio?.(videoWidth / videoHeight);
  };
  return (
    <video
      ref={element}
      className={className}
      data-shape={shape}
      data-mirrored={mirrored || undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      autoPlay
      muted
      playsInline
      onResize={measure}
      onLoadedMetadata={measure}
    />
  );
}

/** Aspect ratios up to this factor apart count as near: the edges are cut off. */
const NEAR = 1.4;

/** Whether a picture fills an area without losing much of it. */
export function fills(picture: number, area: number): boolean {
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
      {!cover && <Video stream={stream} className={css.backdrop} />}
      <div className={css.front} data-fit={cover ? 'cover' : 'contain'}>
        <Video stream={stream} label={label} className={css.remoteVideo} elementRef={elementRef} onRatio={setRatio} />
      </div>
    </div>
  );
}
