import type { Purpose } from './sound';
import css from './recordings.module.css';

interface RecordedVideoProps {
  recording: string;
  label: string;
  purpose: Purpose;
  tenant?: string;
  onStarted?: () => void;
}

/** The video of a recorded conference, fetched in parts while it is played. The server logs the viewer and the purpose. */
export function RecordedVideo({ recording, label, purpose, tenant, onStarted }: RecordedVideoProps) {
  const query = new URLSearchParams({ purpose, ...(tenant && { tenant }) });
  return (
    <video
      src={`/api/v1/recordings/${encodeURIComponent(recording)}/video?${query.toString()}`}
      className={css.video}
      controls
      playsInline
      preload="none"
      aria-label={label}
      onPlaying={onStarted}
    />
  );
}
