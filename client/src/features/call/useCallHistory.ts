import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { CallHistory } from './call-history';
import { showCall } from './model';

/** Back makes the call small, and does not leave the page while there is a call. */
export function useCallHistory(up: boolean, shown: boolean): void {
  const { history } = useRouter();
  const [entries] = useState(() => new CallHistory(history, (full) => showCall({ minimised: !full })));
  useEffect(() => entries.watch(), [entries]);
  useEffect(() => entries.update({ up, shown }), [entries, up, shown]);
}
