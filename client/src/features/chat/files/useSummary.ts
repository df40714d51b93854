import { useLingui } from '@lingui/react/macro';
import type { ChatMessage } from '~/api';

/** Returns the text of a message in one line; of files without a text what they are. */
export function useSummary() {
  const { t } = useLingui();
  const kinds = {
    photo: t`Photo`,
    video: t`Video`,
    audio: t`Sound`,
    voice: t`Voice message`,
    document: t`Document`,
    encrypted: t`Document`,
  };
  return ({ text, attachments }: ChatMessage): string => {
    const [first] = attachments ?? [];
    if (text || !first) return text ?? '';
    return first.kind === 'voice' ? kinds.voice : `${kinds[first.kind]}: ${first.name}`;
  };
}
