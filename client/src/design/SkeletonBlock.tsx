import { Skeleton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';

/** A grey block where something is being loaded, of about its height in pixels. */
export function SkeletonBlock({ height }: { height: number }) {
  const { t } = useLingui();
  return <Skeleton h={height} role="status" aria-label={t`Loading`} />;
}
