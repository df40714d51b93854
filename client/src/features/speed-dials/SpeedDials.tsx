import { useLingui } from '@lingui/react/macro';
import { OwnExtensions } from '~/features/settings';
import { SpeedDialList } from './SpeedDialList';

/** The user's personal short numbers. */
export default function SpeedDials() {
  const { t } = useLingui();
  return <OwnExtensions title={t`Speed dials`}>{(id) => <SpeedDialList extension={id} />}</OwnExtensions>;
}
