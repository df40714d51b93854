import DialogRequestSender from 'jssip/lib/Dialog/RequestSender';
import { expect, it, vi } from 'vitest';
import './jssip';
import { REQUEST_PENDING } from './negotiator';

it('reports an offer that was refused because of another one, and does not repeat it', () => {
  vi.useFakeTimers();
  const onErrorResponse = vi.fn();
  const emit = vi.fn();
  const sender = new DialogRequestSender({ owner: { emit } }, { method: 'INVITE' }, { onErrorResponse });
  const send = vi.fn();
  Object.assign(sender, { send });
  const pending = { method: 'INVITE', status_code: 491 };
  sender._receiveResponse(pending);
  expect(onErrorResponse).toHaveBeenCalledExactlyOnceWith(pending);
  expect(emit).toHaveBeenCalledExactlyOnceWith(REQUEST_PENDING);
  sender._receiveResponse({ method: 'INVITE', status_code: 488 });
  expect(onErrorResponse).toHaveBeenCalledTimes(2);
  expect(emit).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
  expect(send).not.toHaveBeenCalled();
  vi.useRealTimers();
});
