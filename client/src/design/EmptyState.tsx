import { Anchor, Text } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import css from './states.module.css';

interface EmptyStateProps {
  icon: Icon;
  /** One sentence: what is missing here. */
  text: ReactNode;
  /** One button. */
  action?: ReactNode;
  help?: { text: string; href: string };
}

/** Content of a list without entries. Once there is one, the focus of its button goes to the title of the page. */
export function EmptyState({ icon: Shape, text, action, help }: EmptyStateProps) {
  const content = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const shown = content.current;
    return () => {
      if (shown?.contains(document.activeElement)) document.querySelector<HTMLElement>('main h1')?.focus();
    };
  }, []);
  return (
    <div className={css.empty} ref={content}>
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
