import { Anchor, Text } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './states.module.css';

interface EmptyStateProps {
  icon: Icon;
  /** One sentence: what is missing here. */
  text: ReactNode;
  /** One button. */
  action?: ReactNode;
  help?: { text: string; href: string };
}

/** Content of a list without entries. */
export function EmptyState({ icon: Shape, text, action, help }: EmptyStateProps) {
  return (
    <div className={css.empty}>
      <Shape size={48} aria-hidden />
      <Text>{text}</Text>
      {action}
      {help && (
        <Anchor href={help.href} size="sm">
          {help.text}
        </Anchor>
      )}
    </div>
  );
}
