import { createStore } from './store';

/**
 * A newer version is waiting; `apply` activates it, in every tab once its calls have ended. Never applied
 * automatically.
 */
export const update = createStore<{ apply?: () => void }>({});
