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

let ready = () => undefined as void;
const here = new Promise<void>((resolve) => {
  ready = resolve;
});

/** Called once dialogs can be shown: whoever is quicker than their loading waits. */
export function dialogsAreHere(): void {
  ready();
}

/** Ask before something that cannot be undone; resolves with what was answered. */
export async function ask({ title, text, yes, no, dangerous = true }: Question): Promise<boolean> {
  await here;
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
