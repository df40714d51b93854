import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';

interface Question {
  title: string;
  text: ReactNode;
  yes: string;
  no: string;
  dangerous?: boolean;
}

/** Ask before something that cannot be undone; resolves with what was answered. */
export function ask({ title, text, yes, no, dangerous = true }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title,
      children: (
        <Text size="sm" component="div">
          {text}
        </Text>
      ),
      labels: { confirm: yes, cancel: no },
      confirmProps: { color: dangerous ? 'red.9' : undefined },
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
      onClose: () => resolve(false),
    });
  });
}
