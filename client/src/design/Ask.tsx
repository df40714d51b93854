import { Button, Stack, Text } from '@mantine/core';
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
      // Above a call, and above the sheets that open over one.
      zIndex: 500,
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

interface Choice<T extends string> {
  value: T;
  label: string;
  dangerous?: boolean;
}

interface Options<T extends string> {
  title: string;
  text: ReactNode;
  choices: Choice<T>[];
  no: string;
}

/** Ask which of several; resolves with nothing if none of them. */
export async function choose<T extends string>({ title, text, choices, no }: Options<T>): Promise<T | undefined> {
  await here;
  return new Promise((resolve) => {
    const answer = (value?: T) => {
      resolve(value);
      modals.close(id);
    };
    const id = modals.open({
      title,
      zIndex: 500,
      onClose: () => resolve(undefined),
      children: (
        <Stack gap="xs">
          <Text size="sm" component="div">
            {text}
          </Text>
          {choices.map(({ value, label, dangerous }) => (
            <Button
              key={value}
              size="md"
              variant={dangerous ? 'filled' : 'light'}
              color={dangerous ? 'red.9' : undefined}
              onClick={() => answer(value)}
            >
              {label}
            </Button>
          ))}
          <Button size="md" variant="default" onClick={() => answer()}>
            {no}
          </Button>
        </Stack>
      ),
    });
  });
}
