import { createStore } from './store';

/** A newer client is here and waits; `apply` loads it. It is never done unasked: a call may be going on. */
export const update = createStore<{ apply?: () => void }>({});
