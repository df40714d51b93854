import { Box, Container, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';

interface PageProps {
  title: string;
  /** What can be done here, at the right of the title. */
  actions?: ReactNode;
  size?: 'xs' | 'sm' | 'md' | 'lg' | 'xl';
  children: ReactNode;
}

/** A screen: its title is the page's one h1 and the browser's title. */
export function Page({ title, actions, size = 'sm', children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · UnifiCX`;
  }, [title]);
  return (
    <Container size={size} py="md" px="md">
      <Group justify="space-between" mb="md" wrap="nowrap">
        <Title order={1} size="h2" tabIndex={-1}>
          {title}
        </Title>
        {actions}
      </Group>
      <Box>{children}</Box>
    </Container>
  );
}
