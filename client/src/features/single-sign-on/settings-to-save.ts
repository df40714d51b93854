import type { SetSingleSignOnData } from '~/api';

export interface ProviderValues {
  issuer: string;
  client_id: string;
  /** Empty: none was entered. */
  client_secret: string;
  /** The stored secret is deleted. */
  without_secret: boolean;
  link_by_email: boolean;
}

/** The body of the request: an empty secret would delete the stored one, which only its own box does. */
export function settingsToSave({
  without_secret,
  client_secret,
  ...values
}: ProviderValues): SetSingleSignOnData['body'] {
  const secret = without_secret ? '' : client_secret || undefined;
  return {
    ...values,
    issuer: values.issuer.trim(),
    client_id: values.client_id.trim(),
    ...(secret !== undefined && { client_secret: secret }),
  };
}
