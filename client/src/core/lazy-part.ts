import { lazy } from 'react';
import { loadPersistently } from './persistent-load';

/** `lazy` of React, which keeps a failure for good, with more than one try. */
export const lazyPart: typeof lazy = (load) => lazy(() => loadPersistently(load));
