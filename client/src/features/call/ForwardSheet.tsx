import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { toast } from '~/core/toasts';
import type { Contact } from '~/features/directory';
import type { Call } from '~/sip';
import { ContactSheet } from './ContactSheet';
import { isForwardable } from './forward';
import { useRemoteParty } from './useRemoteParty';

interface ForwardSheetProps {
  call: Call;
  opened: boolean;
  close: () => void;
}

/** Sends a ringing call on to a colleague or a number; it rings here meanwhile. */
export default function ForwardSheet({ call, opened, close }: ForwardSheetProps) {
  const { t } = useLingui();
  const { title } = useRemoteParty(call);
  return (
    <ContactSheet
      opened={opened}
      onClose={close}
      title={t`Forward call`}
      zIndex={600}
      hint={<Trans>{title} keeps hearing the ringing tone until the call is answered there.</Trans>}
      label={t`Forward to`}
      actions={(contact) => <Target call={call} contact={contact} />}
    />
  );
}

function Target({ call, contact: { name, number } }: { call: Call; contact: Contact }) {
  const { t } = useLingui();
  if (!isForwardable(number, call)) return null;
  const shown = name || number;
  const forward = () => {
    call.forward(number);
    toast({ message: t`Call forwarded to ${shown}` });
  };
  return (
    <Button aria-label={t`Forward to ${shown}`} onClick={forward}>
      <Trans>Forward</Trans>
    </Button>
  );
}
