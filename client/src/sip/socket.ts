/** How long the server may be silent before it is asked for a sign of life, and how long it has for one, its first too. Milliseconds. */
export const ASKED_EVERY = 25_000;
export const ANSWERED_WITHIN = 5_000;

/**
 * The WebSocket under the telephone, in the shape JsSIP asks of one (RFC 7118). JsSIP's own notices the loss of a connection only
 * when the browser does, which on a phone that changed its network is after minutes; this one asks for a sign of life
 * (a double CRLF, answered by one: RFC 5626 section 4.4.1), and can be let go at once.
 */
export class LineSocket {
  via_transport: string;
  readonly sip_uri: string;

  // JsSIP puts its own in here.
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (data: unknown) => void = () => undefined;

  #socket: WebSocket | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;
  #overdue: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  constructor(readonly url: string) {
    const { protocol, host } = new URL(url);
    this.via_transport = protocol.slice(0, -1).toUpperCase();
    this.sip_uri = `sip:${host};transport=ws`;
  }

  connect(): void {
    if (this.#socket) return;
    const socket = new WebSocket(this.url, 'sip');
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#await(ANSWERED_WITHIN);
    socket.onopen = () => {
      this.#alive();
      this.#asking = setInterval(() => this.ask(), ASKED_EVERY);
      this.onconnect();
    };
    socket.onclose = (event) => this.#lost(!event.wasClean, event.code, event.reason);
    socket.onmessage = (event) => {
      this.#alive();
      this.ondata(event.data);
    };
  }

  disconnect(): void {
    this.#forget()?.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): boolean {
    if (!this.isConnected()) return false;
    this.#socket!.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.#socket?.readyState === WebSocket.CONNECTING;
  }

  /** Ask for a sign of life; without one in time the connection counts as lost. */
  ask(within = ANSWERED_WITHIN): void {
    if (this.send('\r\n\r\n')) this.#await(within);
  }

  #await(within: number): void {
    const due = Date.now() + within;
    if (due >= this.#due) return;
    clearTimeout(this.#overdue);
    this.#due = due;
    this.#overdue = setTimeout(() => this.drop(), within);
  }

  /** Count the connection as lost now, whatever the browser believes of it. */
  drop(): void {
    if (!this.#socket) return;
    this.#socket.close();
    this.#lost(true, 1006, 'no sign of life');
  }

  #alive(): void {
    clearTimeout(this.#overdue);
    this.#due = Infinity;
  }

  #lost(error: boolean, code: number, reason: string): void {
    if (this.#forget()) this.ondisconnect(error, code, reason);
  }

  #forget(): WebSocket | undefined {
    const socket = this.#socket;
    if (!socket) return undefined;
    this.#socket = undefined;
    this.#alive();
    clearInterval(this.#asking);
    socket.onopen = socket.onclose = socket.onmessage = null;
    return socket;
  }
}
