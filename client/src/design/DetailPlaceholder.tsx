import { Center, Stack, Text } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import { useEffect } from 'react';
import { pageTitle } from '~/core/brand';
import { useTwoPanes } from './Panes';

interface DetailPlaceholderProps {
  icon: Icon;
  /** Title of the list. */
  title: string;
  text: string;
}

/** The detail pane while nothing is chosen. */
export function DetailPlaceholder({ icon: Shape, title, text }: DetailPlaceholderProps) {
  const shown = useTwoPanes();
  useEffect(() => {
    document.title = pageTitle(title);
  }, [title]);
  if (!shown) return null;
  return (
    <Center h="100%" p="xl">
      <Stack align="center" gap="xs">
        <Shape size={48} stroke={1.75} color="var(--mantine-color-dimmed)" aria-hidden />
        <Text c="dimmed" ta="center">
          {text}
        </Text>
      </Stack>
    </Center>
  );
}
