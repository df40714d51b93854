import { takeDeepLinkCode } from '~/core/deep-link';
import { SIGN_IN_KEY } from '~/core/device-storage';
import { randomText } from '~/core/random';

/**
 * A code on its way: good once, for two minutes, and for the device alone whose secret came with it first. It is kept by
 * this tab until it is used, so that a lost answer or a reload makes no other device of this one.
 */
export interface PendingCode {
  code: string;
  /** 32 random bytes in base64url. */
  secret: string;
  /** Scanned here, by who holds the device. A link may have been followed unawares, and is asked about. */
  confirmed: boolean;
}

/** As stored in sessionStorage; the keys are the ones that earlier versions wrote. */
interface StoredCode {
  code: string;
  secret: string;
  meant: boolean;
}

export function storePendingCode(code: string, confirmed: boolean): PendingCode {
  const previous = readPendingCode();
  const secret = previous?.secret ?? randomText(32);
  sessionStorage.setItem(SIGN_IN_KEY, JSON.stringify({ code, meant: confirmed, secret } satisfies StoredCode));
  return { code, secret, confirmed };
}

export function readPendingCode(): PendingCode | undefined {
  try {
    const { code, secret, meant } = JSON.parse(sessionStorage.getItem(SIGN_IN_KEY) ?? '{}') as Partial<StoredCode>;
    return code && secret ? { code, secret, confirmed: meant === true } : undefined;
  } catch {
    return undefined;
  }
}

/** The code a link brought, or the one that is held. */
export function takePendingCode(): PendingCode | undefined {
  const code = takeDeepLinkCode('sign-in');
  return code ? storePendingCode(code, false) : readPendingCode();
}

export function clearPendingCode(): void {
  sessionStorage.removeItem(SIGN_IN_KEY);
}
