import { CatchBoundary } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { noteError } from '~/kernel/faults';

interface ContainedProps {
  /** Drawn in its place once it failed. */
  instead?: ReactNode;
  /** It is tried again when this is another. */
  again?: string;
  failed?: () => void;
  children: ReactNode;
}

/** What may fail without taking all around it away. */
export function Contained({ instead = null, again = '', failed, children }: ContainedProps) {
  return (
    <CatchBoundary
      getResetKey={() => again}
      errorComponent={() => <>{instead}</>}
      onCatch={(fault) => {
        noteError(fault);
        failed?.();
      }}
    >
      {children}
    </CatchBoundary>
  );
}
