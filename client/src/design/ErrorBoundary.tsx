import { CatchBoundary } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { logError } from '~/core/error-log';

interface ErrorBoundaryProps {
  /** Rendered after an error. */
  fallback?: ReactNode;
  /** The children are rendered again when this changes. */
  resetKey?: string;
  onError?: () => void;
  children: ReactNode;
}

/** Renders a fallback when its children fail, leaving the rest of the page intact. */
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
