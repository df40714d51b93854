import { Button } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './table.module.css';

interface ToolButtonProps {
  icon: Icon;
  onClick: () => void;
  children: ReactNode;
}

/** A quiet button of the toolbar, such as an export. */
export function ToolButton({ icon: Shape, onClick, children }: ToolButtonProps) {
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      className={css.tool}
      leftSection={<Shape size={16} aria-hidden />}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
