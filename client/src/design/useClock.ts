import { useEffect, useState } from 'react';
import { duration } from './moments';

/** How long it has been, as 1:07, running. Nothing before it began. */
export function useClock(since: number | undefined): string | undefined {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === undefined) return undefined;
    setNow(Date.now());
    const running = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(running);
  }, [since]);
  return since === undefined ? undefined : duration((now - since) / 1000);
}
