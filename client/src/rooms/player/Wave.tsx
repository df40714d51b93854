import type { MouseEvent } from 'react';
import { bars } from './model';
import css from './player.module.css';

const BARS = 64;
/** Of a hundred: what stands for silence. */
const LEAST = 4;

interface WaveProps {
  /** How loud it is from beginning to end, 0 to 100; empty while that is not known. */
  peaks: readonly number[];
  /** How much of it was heard, 0 to 1. */
  heard: number;
  seek: (part: number) => void;
}

/** The picture of a sound. A press goes there; for the keyboard there is the slider beneath. */
export function Wave({ peaks, heard, seek }: WaveProps) {
  const drawn = bars(peaks, BARS);
  const press = ({ clientX, currentTarget }: MouseEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    seek((clientX - left) / width);
  };
  return (
    <svg className={css.wave} viewBox={`0 0 ${BARS} 100`} preserveAspectRatio="none" aria-hidden onClick={press}>
      {drawn.map((loud, place) => {
        const height = Math.max(LEAST, loud);
        return (
          <rect
            key={place}
            x={place + 0.2}
            width={0.6}
            y={50 - height / 2}
            height={height}
            data-heard={place < heard * BARS || undefined}
          />
        );
      })}
    </svg>
  );
}
