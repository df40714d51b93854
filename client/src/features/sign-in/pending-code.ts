import { takeDeepLinkCode } from '~/core/deep-link';
import { SIGN_IN_KEY } from '~/core/device-storage';
import { randomText } from '~/core/random';

/**
 * A sign-in code in progress: single-use, valid for two minutes, and bound to the first device secret sent with it.
 * Kept by this tab until used, so that a lost response or a reload does not create a second device.
 */
export interface PendingCode {
  code: string;
  /** 32 random bytes in base64url. */
  secret: string;
  /** Scanned on this device. A code from a link may have been opened unintentionally and needs confirmation. */
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

/** The code from a link, or the stored one. */
export function takePendingCode(): PendingCode | undefined {
  const code = takeDeepLinkCode('sign-in');
  return code ? storePendingCode(code, false) : readPendingCode();
}

export function clearPendingCode(): void {
  sessionStorage.removeItem(SIGN_IN_KEY);
}
