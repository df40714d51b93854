import { Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconShieldCheck } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Conversation } from '~/api';
import { QrCode } from '~/design/QrCode';
import { Section } from '~/design/Section';
import { EncryptionTerms } from '../EncryptionTerms';
import { compareSafety, safetyCode, type SafetyState } from './safety';
import { SafetyScan } from './SafetyScan';
import { saveVerification, useSafety, type MemberSafety } from './verification';

/** The devices that can read an encrypted conversation, and a number to compare with each other member. */
export function EncryptedDevices({ conversation }: { conversation: Conversation }) {
  const { t } = useLingui();
  return (
    <Section title={t`End-to-end encrypted`}>
      <Text size="sm" c="dimmed">
        <IconLock size={14} aria-hidden /> <EncryptionTerms />
      </Text>
      {useSafety(conversation).map((each) => (
        <MemberDevices key={each.member.person_id} safety={each} />
      ))}
    </Section>
  );
}

function MemberDevices({ safety }: { safety: MemberSafety }) {
  const { t } = useLingui();
  const { member, devices, number, state } = safety;
  const { person_id: person, name } = member;
  const [code, setCode] = useState('');
  const [scanning, setScanning] = useState(false);
  if (devices === 0) {
    return (
      <Text size="sm">
        <Trans>{name} has no device yet that can read this conversation. It is added once they open the app.</Trans>
      </Text>
    );
  }
  const show = async () => {
    const { writeBarcode } = await import('./qr-writer');
    setCode(await writeBarcode(safetyCode(number)));
  };
  const scanned = (digits: string) => {
    saveVerification(person, compareSafety(digits, number));
    setScanning(false);
  };
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {name}: <Plural value={devices} one="# device" other="# devices" />
      </Text>
      <State state={state} name={name} />
      {state !== 'verified' && (
        <Text ff="monospace" role="note" aria-label={t`Safety number with ${name}`}>
          {number}
        </Text>
      )}
      {code && <QrCode svg={code} alt={t`Safety number with ${name} as a QR code`} />}
      <Button size="md" variant="default" onClick={() => void show()}>
        <Trans>Show as a QR code</Trans>
      </Button>
      {state !== 'verified' && (
        <>
          <Button size="md" variant="default" onClick={() => setScanning(true)}>
            <Trans>Scan their QR code</Trans>
          </Button>
          <Button size="md" variant="default" onClick={() => saveVerification(person, { number, result: 'verified' })}>
            <Trans>The number is the same</Trans>
          </Button>
        </>
      )}
      {scanning && <SafetyScan name={name} onFound={scanned} onClose={() => setScanning(false)} />}
    </Stack>
  );
}

function State({ state, name }: { state: SafetyState; name: string }) {
  return (
    <Text size="sm" role="status">
      {state === 'verified' && (
        <>
          <IconShieldCheck size={16} aria-hidden /> <Trans>Verified: you have compared the safety number.</Trans>
        </>
      )}
      {state === 'mismatch' && (
        <>
          <IconAlertTriangle size={16} aria-hidden />{' '}
          <Trans>
            The scanned number is another one. Another device may read along: write nothing confidential, and ask {name}{' '}
            whether a device was added just now.
          </Trans>
        </>
      )}
      {state === 'changed' && (
        <Trans>The devices have changed since you compared the safety number. Compare it again.</Trans>
      )}
      {state === 'open' && (
        <Trans>Compare this safety number with {name} in person or in a call. It has to be the same.</Trans>
      )}
    </Text>
  );
}
