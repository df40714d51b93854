/** What the server refused, as it says it (RFC 9457), or why it could not be asked. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** Stable, for programs: `sign_in_code_used`. */
    readonly code: string,
    readonly status: number,
    message: string,
    readonly hint = '',
    readonly field = '',
    /** Seconds to wait before another try, if the server says. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** Nobody answered: no network, or the server is away. */
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
