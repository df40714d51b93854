/** The remote party as the server names it. */
export interface RemoteIdentity {
  number: string;
  name: string;
}

/** Facts that a message of the server states about the remote party of its dialog. */
export interface IdentityNews {
  /** Undefined without a change (RFC 3325). */
  remote?: RemoteIdentity;
  /** A mailbox answered in place of the person. */
  voicemail: boolean;
  /** Name or number of the person who transferred the call here (RFC 3892). */
  transferredBy: string;
}

/** The part of a SIP message that is read. */
export interface HeaderSource {
  getHeader?: (name: string) => string | undefined;
}

/** Number that stands for a withheld one (RFC 3323). */
export const WITHHELD_NUMBER = 'anonymous';

/** Read the headers that name the connected party. */
export function readIdentity(message: HeaderSource | undefined): IdentityNews {
  const header = (name: string) => message?.getHeader?.(name);
  const referrer = parseAddress(header('Referred-By'));
  return {
    remote: parseAddress(header('P-Asserted-Identity')),
    voicemail: header('UnifiCX-Answered-By') === 'voicemail',
    transferredBy: referrer ? referrer.name || referrer.number : '',
  };
}

/** Parse a name-addr: `"Ada Example" <sip:1001@example.org>`. */
function parseAddress(value: string | undefined): RemoteIdentity | undefined {
  const found = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^"<]*?))\s*<sips?:([^@>;]+)@/.exec(value ?? '');
  if (!found) return undefined;
  const name = found[1]?.replace(/\\(.)/g, '$1') ?? found[2] ?? '';
  const number = decoded(found[3]!);
  return { number, name: number === WITHHELD_NUMBER || name === number ? '' : name };
}

function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}
