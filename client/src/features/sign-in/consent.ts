/** Consent given at the first sign-in or when the terms have changed. */
export interface Consent {
  /** Empty until answered. */
  ofAge: 'yes' | 'no' | '';
  agreed: boolean;
}

export const NO_CONSENT: Consent = { ofAge: '', agreed: false };

export function isComplete({ ofAge, agreed }: Consent): boolean {
  return ofAge === 'yes' && agreed;
}
