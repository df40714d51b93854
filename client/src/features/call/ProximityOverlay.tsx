import { useEffect } from 'react';
import { nearEar, startSensors, stopSensors } from '~/media/sensors';
import { useValue } from '~/core/store';
import type { Call } from '~/sip';
import css from './proximity.module.css';

/** Reads the sensors during a call; at the ear the screen is dark and ignores touch. */
export function ProximityOverlay({ call }: { call: Call }) {
  useEffect(() => {
    startSensors();
    return stopSensors;
  }, []);
  const near = useValue(nearEar);
  const voiceOnly = useValue(
    call.state,
    (each) => each.phase !== 'ended' && !each.remoteVideo && each.camera === 'off',
  );
  if (!near || !voiceOnly) return null;
  return <div className={css.proximity} data-testid="proximity-overlay" aria-hidden />;
}
