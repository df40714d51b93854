import type { MouseEvent } from 'react';
import { downsamplePeaks } from './model';
import css from './player.module.css';

const BAR_COUNT = 64;
/** Height of silence, of 100. */
const MIN_HEIGHT = 4;

interface WaveProps {
  /** Waveform, 0 to 100; empty until known. */
  peaks: readonly number[];
  /** Played fraction, 0 to 1. */
  progress: number;
  onSeek: (fraction: number) => void;
}

/** Waveform; a click seeks. Keyboard users have the slider below. */
export function Wave({ peaks, progress, onSeek }: WaveProps) {
  const levels = downsamplePeaks(peaks, BAR_COUNT);
  const press = ({ clientX, currentTarget }: MouseEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    onSeek((clientX - left) / width);
  };
  return (
    <svg className={css.wave} viewBox={`0 0 ${BAR_COUNT} 100`} preserveAspectRatio="none" aria-hidden onClick={press}>
      {levels.map((level, index) => {
        const height = Math.max(MIN_HEIGHT, level);
        return (
          <rect
            key={index}
            x={index + 0.2}
            width={0.6}
            y={50 - height / 2}
            height={height}
            data-played={index < progress * BAR_COUNT || undefined}
          />
        );
      })}
    </svg>
  );
}
