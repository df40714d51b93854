import { ActionIcon, Text, UnstyledButton } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Section } from '~/design/Section';
import { startCall } from '~/features/call';
import { useNumberFormat } from '~/features/phone-numbers';
import type { ContactParty } from './Contact';
import { useCopyNumber } from './useCopyNumber';
import css from './contact.module.css';

/** Numbers of the party: a tap calls, the button copies. */
export function ContactNumbers({ party: { id, name, number: only, room, numbers } }: { party: ContactParty }) {
  const { t } = useLingui();
  const copyNumber = useCopyNumber();
  const formatted = useNumberFormat();
  const kindOfOnly = room ? t`Conference room` : id === undefined ? t`Phone` : t`Extension`;
  return (
    <Section title={t`Numbers`}>
      {(numbers ?? [{ number: only, kind: kindOfOnly }]).map(({ number, kind }) => (
        <div key={number} className={css.number}>
          <UnstyledButton
            className={css.call}
            onClick={() => void startCall(number, { name: name || undefined })}
            onContextMenu={(event) => {
              event.preventDefault(); // a long press
              copyNumber(number);
            }}
          >
            <Text span className="tabular">
              {formatted(number)}
            </Text>
            <Text span size="sm" c="dimmed">
              {kind}
            </Text>
          </UnstyledButton>
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Copy ${{ number: formatted(number) }}`}
            onClick={() => copyNumber(number)}
          >
            <IconCopy size={20} stroke={1.75} aria-hidden />
          </ActionIcon>
        </div>
      ))}
    </Section>
  );
}
