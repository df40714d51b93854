/** Passkeys (WebAuthn), in the JSON format of Web Authentication Level 3, section 5.1.8. */

type Options = Record<string, unknown>;

function isSupported(): boolean {
  return 'PublicKeyCredential' in globalThis && 'parseCreationOptionsFromJSON' in PublicKeyCredential;
}

export const passkeys = {
  /** Whether this browser supports passkeys; only in secure contexts. */
  get supported(): boolean {
    return isSupported();
  },

  /** Create a passkey. Undefined if cancelled or already registered. */
  async make(options: Options): Promise<Options | undefined> {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
    return requestCredential(() => navigator.credentials.create({ publicKey }));
  },

  /** Authenticate with a passkey. Undefined if cancelled or if there is none. */
  async prove(options: Options): Promise<Options | undefined> {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
    return requestCredential(() => navigator.credentials.get({ publicKey }));
  },
};

export type Passkeys = typeof passkeys;

async function requestCredential(request: () => Promise<Credential | null>): Promise<Options | undefined> {
  try {
    const credential = (await request()) as PublicKeyCredential | null;
    return credential ? { ...credential.toJSON() } : undefined;
  } catch (fault) {
    const name = fault instanceof DOMException ? fault.name : '';
    if (name === 'NotAllowedError' || name === 'AbortError' || name === 'InvalidStateError') return undefined;
    throw fault;
  }
}
