import { createStore } from './store';

/** A newer client is here and waits; `apply` loads it, in every tab once no call goes on there. It is never done unasked. */
export const update = createStore<{ apply?: () => void }>({});
