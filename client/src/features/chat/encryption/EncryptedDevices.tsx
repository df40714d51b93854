import { Button, Stack, Text } from '@mantine/core';
import { IconLock, IconShieldCheck } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Conversation, ConversationMember } from '~/api';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
import { QrCode } from '~/design/QrCode';
import { Section } from '~/design/Section';
import { EncryptionTerms } from '../EncryptionTerms';
import { vault } from './messages';
import type { Leaf } from './mls';
import { safetyCode, safetyNumber } from './safety';

const VERIFIED = 'mls.verified';

/** Numbers that were compared, by person. */
type Verified = Record<string, string>;

/** The devices that can read an encrypted conversation, and a number to compare with each other member. */
export function EncryptedDevices({ conversation }: { conversation: Conversation }) {
  const { t } = useLingui();
  const [leaves, setLeaves] = useState<Leaf[]>([]);
  const [verified, setVerified] = useState<Verified>({});
  useEffect(() => {
    void vault().then(async (each) => setLeaves((await each.devices(conversation.id)).leaves));
    void readLocal(VERIFIED).then((stored) => setVerified((stored as Verified | undefined) ?? {}));
  }, [conversation]);
  const me = conversation.members.find((each) => each.own)?.person_id ?? '';
  const verify = (person: string, number: string) => {
    const next = { ...verified, [person]: number };
    setVerified(next);
    void saveLocal(currentOwner(), VERIFIED, next);
  };
  return (
    <Section title={t`End-to-end encrypted`}>
      <Text size="sm" c="dimmed">
        <IconLock size={14} aria-hidden /> <EncryptionTerms />
      </Text>
      {conversation.members
        .filter((each) => !each.own)
        .map((each) => (
          <MemberDevices
            key={each.person_id}
            member={each}
            me={me}
            leaves={leaves}
            verified={verified[each.person_id]}
            onVerify={(number) => verify(each.person_id, number)}
          />
        ))}
    </Section>
  );
}

interface MemberDevicesProps {
  member: ConversationMember;
  me: string;
  leaves: Leaf[];
  /** The number that was compared last. */
  verified?: string;
  onVerify: (number: string) => void;
}

function MemberDevices({ member, me, leaves, verified, onVerify }: MemberDevicesProps) {
  const { t } = useLingui();
  const { person_id: person, name } = member;
  const [number, setNumber] = useState('');
  const [code, setCode] = useState('');
  const count = leaves.filter((each) => each.person === person).length;
  useEffect(() => void safetyNumber(leaves, [me, person]).then(setNumber), [leaves, me, person]);
  if (count === 0) {
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
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {name}: <Plural value={count} one="# device" other="# devices" />
      </Text>
      {verified === number ? (
        <Text size="sm">
          <IconShieldCheck size={16} aria-hidden /> <Trans>Verified: you have compared the safety number.</Trans>
        </Text>
      ) : (
        <>
          <Text size="sm">
            {verified ? (
              <Trans>The devices have changed since you compared the safety number. Compare it again.</Trans>
            ) : (
              <Trans>Compare this safety number with {name} in person or in a call. It has to be the same.</Trans>
            )}
          </Text>
          <Text ff="monospace" role="note" aria-label={t`Safety number with ${name}`}>
            {number}
          </Text>
          {code && <QrCode svg={code} alt={t`Safety number with ${name} as a QR code`} />}
          <Button size="md" variant="default" onClick={() => void show()}>
            <Trans>Show as a QR code</Trans>
          </Button>
          <Button size="md" variant="default" onClick={() => onVerify(number)}>
            <Trans>The number is the same</Trans>
          </Button>
        </>
      )}
    </Stack>
  );
}
