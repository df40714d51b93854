import { useLingui } from '@lingui/react/macro';
import { OwnExtensions } from '~/features/settings';
import { ForwardingBody } from './ForwardingBody';

/** Where the user's own calls go. */
export default function ForwardingSettings() {
  const { t } = useLingui();
  return <OwnExtensions title={t`Forwarding`}>{(id) => <ForwardingBody extension={id} />}</OwnExtensions>;
}
