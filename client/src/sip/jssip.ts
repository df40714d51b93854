import DialogRequestSender, { type Received } from 'jssip/lib/Dialog/RequestSender';
import { REQUEST_PENDING } from './negotiator';

export { UA } from 'jssip';

const receive = DialogRequestSender.prototype._receiveResponse;

/**
 * Report a 491 like any other refusal, after an event of its own. JsSIP answers it by sending the same request again
 * after a second: the offer is outdated if the remote party's has been accepted meanwhile, its sequence number is the old
 * one, which is refused, and the wait of RFC 3261 section 14.1 is not observed. `Negotiator` makes a new offer.
 */
DialogRequestSender.prototype._receiveResponse = function (response: Received) {
  if (response.status_code !== 491) return receive.call(this, response);
  this._dialog.owner.emit(REQUEST_PENDING);
  this._eventHandlers.onErrorResponse(response);
};
