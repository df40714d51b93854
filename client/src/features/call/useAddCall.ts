import { useNavigate } from '@tanstack/react-router';
import { showCall } from './model';

/** Returns the action that leads to the pad for a second call; dialling holds the first one. */
export function useAddCall(): () => void {
  const navigate = useNavigate();
  return () => {
    showCall({ minimised: true });
    void navigate({ to: '/calls', search: { pad: true } });
  };
}
