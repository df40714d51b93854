import { IconPhone, IconPhoneCalling, IconX, type Icon } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { useCallWhenFree } from '~/features/completions';
import { colleagues } from '~/features/directory';
import { phone, type Call, type EndReason } from '~/sip';
import { startCall } from './model';

/** Ends after which the user may have themselves called once a colleague is free. */
const UNREACHED: ReadonlySet<EndReason> = new Set(['busy', 'no-answer', 'unavailable', 'declined']);
const REPEATABLE: ReadonlySet<EndReason> = new Set([
  'busy',
  'no-answer',
  'unavailable',
  'line-lost',
  'other-window',
  'not-resumed',
]);

export interface EndedAction {
  icon: Icon;
  label: string;
  kind?: 'answer';
  run: () => void;
}

/** After the end: outgoing calls that did not come about, or were cut, can be repeated. The last one closes. */
export function useEndedActions(call: Call): EndedAction[] {
  const { t } = useLingui();
  const reason = useValue(call.state, (each) => each.endReason);
  const isColleague = useValue(colleagues.state, (each) =>
    each.colleagues.some(({ number }) => number === call.number),
  );
  const callWhenFree = useCallWhenFree();
  const found: EndedAction[] = [];
  if (!call.incoming && reason && REPEATABLE.has(reason)) {
    const again = () => {
      phone.dismiss(call);
      void startCall(call.number, { name: call.name });
    };
    const label = reason === 'line-lost' || reason === 'other-window' ? t`Try again` : t`Call again`;
    found.push({ icon: IconPhone, label, kind: 'answer', run: again });
  }
  if (!call.incoming && reason && UNREACHED.has(reason) && isColleague) {
    const whenFree = () => {
      phone.dismiss(call);
      callWhenFree({ number: call.number, name: call.name });
    };
    found.push({ icon: IconPhoneCalling, label: t`Call me when free`, run: whenFree });
  }
  return [...found, { icon: IconX, label: t`Close`, run: () => phone.dismiss(call) }];
}
