import { Drawer, Stack, Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { useLayer } from '~/design/layers';
import { ContactPicker, type Contact } from '~/features/directory';
import { recentNumbers } from './recent-numbers';

interface ContactSheetProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  zIndex: number;
  /** Says what happens to the call. */
  hint: ReactNode;
  /** Label of the field. */
  label: string;
  /** Content of the field when the sheet opens. */
  query?: string;
  actions: (contact: Contact) => ReactNode;
}

/** Chooses a colleague, a contact or a number for the present call. */
export function ContactSheet({ opened, onClose, title, zIndex, ...choice }: ContactSheetProps) {
  const { t } = useLingui();
  const dismiss = useLayer(opened, onClose);
  return (
    <Drawer
      opened={opened}
      onClose={dismiss}
      position="bottom"
      size="80%"
      title={title}
      closeButtonProps={{ 'aria-label': t`Close` }}
      zIndex={zIndex}
    >
      {opened && <Chooser {...choice} />}
    </Drawer>
  );
}

function Chooser({
  hint,
  label,
  query: first = '',
  actions,
}: Pick<ContactSheetProps, 'hint' | 'label' | 'query' | 'actions'>) {
  const [query, setQuery] = useState(first);
  const [recent] = useState(recentNumbers);
  return (
    <Stack gap="sm" maw={480} mx="auto" pb="md">
      <Text size="sm" c="dimmed">
        {hint}
      </Text>
      <ContactPicker label={label} query={query} onChange={setQuery} recent={recent} actions={actions} />
    </Stack>
  );
}
