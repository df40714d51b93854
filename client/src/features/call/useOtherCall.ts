import { useValue } from '~/core/store';
import { phone, type Call } from '~/sip';

/** The second call that has been answered. */
export function useOtherCall(call: Call): Call | undefined {
  return useValue(phone.state, (each) => each.calls.find((one) => one !== call && one.answered));
}
