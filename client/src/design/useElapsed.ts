import { useEffect, useState } from 'react';
import { formatDuration } from './dates';

/** Elapsed time as a running clock, 1:07. Undefined before the start. */
export function useElapsed(since: number | undefined): string | undefined {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === undefined) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return since === undefined ? undefined : formatDuration((now - since) / 1000);
}
