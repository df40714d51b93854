import { Button, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';
import { dialogsMounted } from './dialogs';

/**
 * Returns a function that gives the focus back to what has it now: a question does so as it closes, before its answer has
 * effects. Mantine would do so 10 ms later: a form that was discarded may be closing then, gets the focus, and as it did
 * not have it when it closed, returns it to nothing.
 */
function focusReturn(): () => void {
  const focused = document.activeElement as HTMLElement | null;
  return () => focused?.focus({ preventScroll: true });
}

interface Confirmation {
  title: string;
  text: ReactNode;
  confirmLabel: string;
  cancelLabel: string;
  dangerous?: boolean;
}

/** Ask for confirmation; resolves with the answer. */
export async function confirmAction({
  title,
  text,
  confirmLabel,
  cancelLabel,
  dangerous = true,
}: Confirmation): Promise<boolean> {
  await dialogsMounted;
  const giveFocusBack = focusReturn();
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title,
      returnFocus: false,
      // Above the call screen and its sheets.
      zIndex: 500,
      children: (
        <Text size="sm" component="div">
          {text}
        </Text>
      ),
      labels: { confirm: confirmLabel, cancel: cancelLabel },
      confirmProps: { color: dangerous ? 'red.9' : undefined },
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
      onClose: () => {
        giveFocusBack();
        resolve(false);
      },
    });
  });
}

interface Choice<T extends string> {
  value: T;
  label: string;
  dangerous?: boolean;
}

interface ChoiceOptions<T extends string> {
  title: string;
  text: ReactNode;
  choices: Choice<T>[];
  cancelLabel: string;
}

/** Ask for one of several options; resolves with undefined if cancelled. */
export async function chooseOption<T extends string>({
  title,
  text,
  choices,
  cancelLabel,
}: ChoiceOptions<T>): Promise<T | undefined> {
  await dialogsMounted;
  const giveFocusBack = focusReturn();
  return new Promise((resolve) => {
    const answer = (value?: T) => {
      resolve(value);
      modals.close(id);
    };
    const id = modals.open({
      title,
      returnFocus: false,
      zIndex: 500,
      onClose: () => {
        giveFocusBack();
        resolve(undefined);
      },
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
            {cancelLabel}
          </Button>
        </Stack>
      ),
    });
  });
}
