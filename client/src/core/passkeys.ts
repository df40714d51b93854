/** Passkeys (WebAuthn), spoken to in the JSON that servers speak (Web Authentication Level 3, section 5.1.8). */

type Options = Record<string, unknown>;

function isSupported(): boolean {
  return 'PublicKeyCredential' in globalThis && 'parseCreationOptionsFromJSON' in PublicKeyCredential;
}

export const passkeys = {
  /** Whether this browser has them. Outside of HTTPS none has. */
  get supported(): boolean {
    return isSupported();
  },

  /** Make one. Undefined: its owner thought better of it, or it exists already. */
  async make(options: Options): Promise<Options | undefined> {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
    return requestCredential(() => navigator.credentials.create({ publicKey }));
  },

  /** Prove to have one. Undefined: its owner thought better of it, or there is none. */
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
