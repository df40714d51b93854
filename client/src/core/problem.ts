/** An error response of the server (RFC 9457), or the reason why it could not be reached. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** Stable, machine-readable: `sign_in_code_used`. */
    readonly code: string,
    readonly status: number,
    message: string,
    readonly hint = '',
    readonly field = '',
    /** Seconds until the next attempt is allowed, if given. */
    readonly retryAfter = 0,
    /** Of `account_suspended`: gives access to the reason. */
    readonly reference = '',
  ) {
    super(message);
  }

  /** No response: no network, or the server is down. */
  static unreachable(): Problem {
    return new Problem('unreachable', 0, 'The server does not answer.');
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

export function asProblem(fault: unknown): Problem {
  if (fault instanceof Problem) return fault;
  if (fault instanceof TypeError) return Problem.unreachable();
  return new Problem('mistake', 500, fault instanceof Error ? fault.message : String(fault));
}
