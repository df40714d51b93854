import { useEffect, useRef, useState } from 'react';

export interface VideoProps {
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
export function VideoElement({ stream, label, className, mirrored, elementRef, onRatio }: VideoProps) {
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
