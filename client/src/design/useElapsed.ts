import { useEffect, useState } from 'react';
import { formatDuration } from './dates';

/** How long it has been, as 1:07, running. Nothing before it began. */
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
