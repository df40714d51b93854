import {
  IconArrowForwardUp,
  IconBell,
  IconMessage,
  IconRecordMail,
  type Icon as TablerIcon,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { Call } from '~/sip';
import { canCallBack, canForward, type IncomingSheet } from './other-ways';
import { useMessageInstead } from './useMessageInstead';
import { useTakesMessages } from './useTakesMessages';

export interface OtherWay {
  icon: TablerIcon;
  label: string;
  run: () => void;
  /** It opens a sheet. */
  dialog: boolean;
}

/** The ways to treat an incoming call besides answering and declining. */
export function useOtherWays(call: Call, open: (sheet: IncomingSheet) => void): OtherWay[] {
  const { t } = useLingui();
  const takesMessages = useTakesMessages();
  const message = useMessageInstead(call);
  const sheet = (name: IncomingSheet, icon: TablerIcon, label: string): OtherWay => ({
    icon,
    label,
    run: () => open(name),
    dialog: true,
  });
  const options: (OtherWay | false)[] = [
    message !== undefined && sheet('message', IconMessage, t`Message`),
    canCallBack(call) && sheet('remind', IconBell, t`Remind me`),
    takesMessages && { icon: IconRecordMail, label: t`Voicemail`, run: () => call.decline(), dialog: false },
    canForward(call) && sheet('forward', IconArrowForwardUp, t`Forward`),
  ];
  return options.filter((each) => each !== false);
}
