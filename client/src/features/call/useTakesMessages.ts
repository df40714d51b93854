import { useEffect, useState } from 'react';
import { api } from '~/api';
import { phone } from '~/sip';

/** Whether callers of the own extension can leave a message now; false until that is known. */
export function useTakesMessages(): boolean {
  const [takes, setTakes] = useState(false);
  useEffect(() => {
    const { number } = phone.state.state;
    let current = true;
    if (number) {
      void api.showMailbox({ path: { extension: number } }).then(
        ({ data }) => current && setTakes(data.takes_messages),
        () => undefined, // the call can be declined all the same
      );
    }
    return () => {
      current = false;
    };
  }, []);
  return takes;
}
