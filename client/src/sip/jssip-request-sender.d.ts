/** The part that `jssip.ts` changes. */
declare module 'jssip/lib/Dialog/RequestSender' {
  export interface Received {
    method: string;
    status_code: number;
  }

  export default class DialogRequestSender {
    constructor(dialog: object, request: object, eventHandlers: object);
    _dialog: { owner: { emit: (name: string) => void } };
    _eventHandlers: { onErrorResponse: (response: Received) => void };
    _receiveResponse(response: Received): void;
  }
}
