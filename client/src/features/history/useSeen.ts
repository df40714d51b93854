import { useEffect, useState } from 'react';
import { useValue } from '~/core/store';
import { calls } from './calls';
import { lastSeen, markSeen, restoreSeen } from './seen';

/**
 * Marks the calls as looked at while the list is on a visible screen. Returns when they were last looked at before
 * that, so that new ones stay marked until the list is left; undefined until known.
 */
export function useSeen(): Date | undefined {
  const newest = useValue(calls.state, (each) => each.calls[0]?.id);
  const [before, setBefore] = useState<Date>();
  useEffect(() => {
    let left = false;
    void restoreSeen().then(() => {
      if (!left) setBefore((known) => known ?? lastSeen.state);
    });
    return () => {
      left = true;
    };
  }, []);
  useEffect(() => {
    if (!before) return undefined;
    const look = () => void (document.visibilityState === 'visible' && markSeen());
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [before, newest]);
  return before;
}
