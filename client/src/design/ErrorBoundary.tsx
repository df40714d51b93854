import { CatchBoundary } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { logError } from '~/core/error-log';

interface ErrorBoundaryProps {
  /** Drawn in its place once it failed. */
  fallback?: ReactNode;
  /** It is tried again when this is another. */
  resetKey?: string;
  onError?: () => void;
  children: ReactNode;
}

/** What may fail without taking all around it away. */
export function ErrorBoundary({ fallback = null, resetKey = '', onError, children }: ErrorBoundaryProps) {
  return (
    <CatchBoundary
      getResetKey={() => resetKey}
      errorComponent={() => <>{fallback}</>}
      onCatch={(fault) => {
        logError(fault);
        onError?.();
      }}
    >
      {children}
    </CatchBoundary>
  );
}
