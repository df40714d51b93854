import type { MouseEvent } from 'react';
import { downsamplePeaks } from './model';
import css from './player.module.css';

const BAR_COUNT = 64;
/** Of a hundred: what stands for silence. */
const MIN_HEIGHT = 4;

interface WaveProps {
  /** How loud it is from beginning to end, 0 to 100; empty while that is not known. */
  peaks: readonly number[];
  /** How much of it was heard, 0 to 1. */
  progress: number;
  onSeek: (fraction: number) => void;
}

/** The picture of a sound. A press goes there; for the keyboard there is the slider beneath. */
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
            data-heard={index < progress * BAR_COUNT || undefined}
          />
        );
      })}
    </svg>
  );
}
