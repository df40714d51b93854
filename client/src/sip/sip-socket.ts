/** Keepalive interval, and time limit for a reply or the first connect. Milliseconds. */
export const KEEPALIVE_INTERVAL_MS = 25_000;
export const KEEPALIVE_TIMEOUT_MS = 5_000;
/** Close code of a page that ends during a call: the server keeps the call for the next page. */
const PAGE_CLOSED = 4001;

/**
 * WebSocket transport implementing the JsSIP socket interface (RFC 7118). The one of JsSIP notices a lost connection
 * only when the browser does, which after a network change takes minutes; this one sends keepalives (double CRLF,
 * answered by one: RFC 5626 section 4.4.1) and can be dropped at once.
 */
export class SipSocket {
  via_transport: string;
  readonly sip_uri: string;

  // Assigned by JsSIP.
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (data: unknown) => void = () => undefined;

  #socket: WebSocket | undefined;
  #keepaliveTimer: ReturnType<typeof setInterval> | undefined;
  #timeoutTimer: ReturnType<typeof setTimeout> | undefined;
  #deadline = Infinity;

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
    this.#expectReply(KEEPALIVE_TIMEOUT_MS);
    socket.onopen = () => {
      this.#replyReceived();
      this.#keepaliveTimer = setInterval(() => this.sendKeepalive(), KEEPALIVE_INTERVAL_MS);
      this.onconnect();
    };
    socket.onclose = (event) => this.#disconnected(!event.wasClean, event.code, event.reason);
    socket.onmessage = (event) => {
      this.#replyReceived();
      this.ondata(event.data);
    };
  }

  disconnect(): void {
    this.#detach()?.close();
  }

  /** The page is being closed or reloaded during a call. */
  closeWithPage(): void {
    this.#detach()?.close(PAGE_CLOSED);
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

  /** Send a keepalive; without a reply in time the connection counts as lost. */
  sendKeepalive(within = KEEPALIVE_TIMEOUT_MS): void {
    if (this.send('\r\n\r\n')) this.#expectReply(within);
  }

  #expectReply(within: number): void {
    const deadline = Date.now() + within;
    if (deadline >= this.#deadline) return;
    clearTimeout(this.#timeoutTimer);
    this.#deadline = deadline;
    this.#timeoutTimer = setTimeout(() => this.fail(), within);
  }

  /** Count the connection as lost now, whatever its browser state. */
  fail(): void {
    if (!this.#socket) return;
    this.#socket.close();
    this.#disconnected(true, 1006, 'keepalive timeout');
  }

  #replyReceived(): void {
    clearTimeout(this.#timeoutTimer);
    this.#deadline = Infinity;
  }

  #disconnected(error: boolean, code: number, reason: string): void {
    if (this.#detach()) this.ondisconnect(error, code, reason);
  }

  #detach(): WebSocket | undefined {
    const socket = this.#socket;
    if (!socket) return undefined;
    this.#socket = undefined;
    this.#replyReceived();
    clearInterval(this.#keepaliveTimer);
    socket.onopen = socket.onclose = socket.onmessage = null;
    return socket;
  }
}
