import { ActionIcon, Box, Group, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { pageTitle } from '~/core/brand';
import { usePageForms } from './unsaved-input';
import classes from './page.module.css';

interface PageProps {
  title: string;
  /** Actions, at the right of the title. */
  actions?: ReactNode;
  /** The parent screen. */
  back?: '/settings' | '/sign-in' | '/calls' | '/team' | '/chat' | '/people' | '/recordings';
  /** 2 beside a list that has the h1. */
  level?: 1 | 2;
  size?: 'xs' | 'sm' | 'md' | 'lg' | 'xl';
  children: ReactNode;
}

/** A screen; its title is the h1 and the document title. Leaving it asks before input of its forms is lost. */
export function Page({ title, actions, back, level = 1, size = 'sm', children }: PageProps) {
  const { t } = useLingui();
  const watch = usePageForms();
  useEffect(() => {
    document.title = pageTitle(title);
  }, [title]);
  return (
    <div className={classes.page} data-size={size}>
      <Group justify="space-between" mb="md" gap="xs">
        <Group wrap="nowrap" gap="xs" miw={0}>
          {back && (
            <ActionIcon
              renderRoot={(props) => <Link to={back} activeOptions={{ exact: true }} {...props} />}
              variant="subtle"
              size={44}
              ml={-10}
              aria-label={t`Back`}
            >
              <IconArrowLeft aria-hidden />
            </ActionIcon>
          )}
          <Title order={level} size={level === 1 ? 'h1' : 'h2'} tabIndex={-1} className={classes.title}>
            {title}
          </Title>
        </Group>
        {actions}
      </Group>
      <Box ref={watch}>{children}</Box>
    </div>
  );
}
