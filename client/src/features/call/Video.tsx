import { useEffect, useRef, useState } from 'react';

interface VideoProps {
  stream: MediaStream;
  label: string;
  className?: string;
  mirrored?: boolean;
  /** Receives the element, for picture in picture. */
  elementRef?: (element: HTMLVideoElement | null) => void;
}

/** A video; `data-shape` gives its orientation for the layout. Audio is played by `Speaker`. */
export function Video({ stream, label, className, mirrored, elementRef }: VideoProps) {
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
  const measure = () => setShape(element.current!.videoHeight > element.current!.videoWidth ? 'tall' : 'wide');
  return (
    <video
      ref={element}
      className={className}
      data-shape={shape}
      data-mirrored={mirrored || undefined}
      aria-label={label}
      autoPlay
      muted
      playsInline
      onResize={measure}
      onLoadedMetadata={measure}
    />
  );
}
