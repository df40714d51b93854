import { useEffect } from 'react';
import { nearEar, startSensors, stopSensors } from '~/media/sensors';
import { useValue } from '~/kernel/store';
import type { Call } from '~/sip';
import css from './call.module.css';

/** While there is a call, it is felt how the device is held; at the ear the screen is dark, and deaf to the cheek. */
export function Ear({ call }: { call: Call }) {
  useEffect(() => {
    startSensors();
    return stopSensors;
  }, []);
  const near = useValue(nearEar);
  const spoken = useValue(call.state, (each) => each.phase !== 'ended' && !each.theirVideo && each.camera === 'off');
  if (!near || !spoken) return null;
  return <div className={css.ear} data-testid="ear" aria-hidden />;
}
