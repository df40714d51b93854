import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import type { Contact } from '~/features/directory';
import { phone, type Call } from '~/sip';
import { ContactSheet } from './ContactSheet';
import { callView, showCall } from './model';

/** Transfer target, blind or attended. */
export default function TransferSheet({ call }: { call: Call }) {
  const { t } = useLingui();
  const { transfer: opened, transferTo } = useValue(callView);
  return (
    <ContactSheet
      opened={opened}
      onClose={close}
      title={t`Transfer call`}
      zIndex={400}
      hint={<Trans>Ask first puts this call on hold. “Connect both” then completes the transfer.</Trans>}
      label={t`Transfer to`}
      query={transferTo}
      actions={(contact) => <Targets call={call} contact={contact} />}
    />
  );
}

function close(): void {
  showCall({ transfer: false, transferTo: '' });
}

function Targets({ call, contact: { name, number } }: { call: Call; contact: Contact }) {
  const { t } = useLingui();
  const transferNow = () => {
    close();
    call.transfer(number);
  };
  const consult = () => {
    close();
    void phone.call(number, { name });
  };
  const shown = name || number;
  return (
    <>
      <Button aria-label={t`Transfer to ${shown}`} onClick={transferNow}>
        <Trans>Transfer</Trans>
      </Button>
      <Button variant="light" aria-label={t`Ask first: ${shown}`} onClick={consult}>
        <Trans>Ask first</Trans>
      </Button>
    </>
  );
}
