/** What a person says before coming in for the first time, or when the terms have changed. */
export interface Consent {
  /** Not said yet is neither. */
  ofAge: 'yes' | 'no' | '';
  agreed: boolean;
}

export const NO_CONSENT: Consent = { ofAge: '', agreed: false };

/** Whether enough was said to go on. Who is not of age needs to agree to nothing. */
export function isComplete({ ofAge, agreed }: Consent): boolean {
  return ofAge === 'no' || (ofAge === 'yes' && agreed);
}
