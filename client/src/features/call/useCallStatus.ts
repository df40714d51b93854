import { useLingui } from '@lingui/react/macro';
import { useElapsed } from '~/design/useElapsed';
import { useValue } from '~/core/store';
import { phone, type Call } from '~/sip';
import { callStatus } from './messages';

/** The text for the state of a call, if it needs one, and its duration from the answer to the end. */
export function useCallStatus(call: Call): { status?: string; clock?: string } {
  const { t } = useLingui();
  const state = useValue(call.state);
  const clock = useElapsed(state.phase === 'ended' ? undefined : state.since);
  const connected = useValue(phone.state, (each) => each.line === 'ready');
  const status = callStatus(state, connected);
  return { status: status && t(status), clock };
}
