import { Paper, Stack, Text, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import css from './section.module.css';

interface SectionProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** A titled section of a page. */
export function Section({ title, lead, children }: SectionProps) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} shadow="sm" p="md" mb="md">
      <Title order={2} size="h4" id={id} mb={lead ? 4 : 'sm'}>
        {title}
      </Title>
      {lead && (
        <Text size="sm" c="dimmed" mb="sm" component="div">
          {lead}
        </Text>
      )}
      <Stack gap="sm" className={css.content}>
        {children}
      </Stack>
    </Paper>
  );
}
