import { Trans } from '@lingui/react/macro';

/** Consequences of end-to-end encryption, for the person who chooses it. */
export function EncryptionTerms() {
  return (
    <Trans>
      The server cannot read the messages. So it cannot search or restore them, and administrators cannot export them. A
      device reads what is sent after it was added, and signing out deletes the messages from it. Photos and files are
      encrypted on the device too, and are not examined by the server. It still sees who writes and reacts when and how
      much, and the name of a group. This cannot be switched off; a new conversation can be begun without it.
    </Trans>
  );
}
