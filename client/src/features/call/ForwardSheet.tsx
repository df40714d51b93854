import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { problemSentences } from '~/design/problem-messages';
import type { Contact } from '~/features/directory';
import type { Call } from '~/sip';
import { ContactSheet } from './ContactSheet';
import { isForwardable } from './other-ways';
import { useRemoteParty } from './useRemoteParty';

interface ForwardSheetProps {
  call: Call;
  opened: boolean;
  close: () => void;
}

/** Sends a ringing call on to a colleague or a number; it rings here until the server has done so. */
export default function ForwardSheet({ call, opened, close }: ForwardSheetProps) {
  const { t } = useLingui();
  const { title } = useRemoteParty(call);
  const [refusal, setRefusal] = useState('');
  return (
    <ContactSheet
      opened={opened}
      onClose={close}
      title={t`Forward call`}
      zIndex={600}
      hint={
        <span role="status">
          {refusal || <Trans>{title} keeps hearing the ringing tone until the call is answered there.</Trans>}
        </span>
      }
      label={t`Forward to`}
      actions={(contact) => <Target call={call} contact={contact} onRefused={setRefusal} />}
    />
  );
}

interface TargetProps {
  call: Call;
  contact: Contact;
  onRefused: (text: string) => void;
}

function Target({ call, contact: { name, number }, onRefused }: TargetProps) {
  const { t } = useLingui();
  const [asked, setAsked] = useState(false);
  if (!isForwardable(number, call)) return null;
  const shown = name || number;
  const forward = async () => {
    setAsked(true);
    onRefused('');
    try {
      await call.forward(() => api.transferCall({ path: { call_id: call.serverId }, body: { to: number } }));
      toast({ message: t`Call forwarded to ${shown}` });
    } catch (fault) {
      const problem = asProblem(fault);
      const reason =
        problem.status === 403 ? t`${shown} cannot be reached from your number.` : problemSentences(problem, t);
      onRefused(t`The call was not forwarded and rings on. ${reason}`);
      setAsked(false);
    }
  };
  return (
    <Button aria-label={t`Forward to ${shown}`} loading={asked} onClick={() => void forward()}>
      <Trans>Forward</Trans>
    </Button>
  );
}
