/** Consent given at the first sign-in or when the terms have changed. */
export interface Consent {
  /** Empty until answered. */
  ofAge: 'yes' | 'no' | '';
  agreed: boolean;
}

export const NO_CONSENT: Consent = { ofAge: '', agreed: false };

/** Whether consent is complete. Below the minimum age no agreement is needed. */
export function isComplete({ ofAge, agreed }: Consent): boolean {
  return ofAge === 'no' || (ofAge === 'yes' && agreed);
}
