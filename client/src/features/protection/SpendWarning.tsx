import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useFraud } from './useFraud';

/** Warns of a limit of costs while calls have no prices. Renders nothing otherwise. */
export function SpendWarning({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const { data } = useFraud(tenant);
  if (!data || data.priced || data.limits.every((each) => each.cents_per_day === null)) return null;
  return (
    <Alert
      role="status"
      color="orange"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={t`A limit of costs has no effect`}
      className="notice"
    >
      <Trans>Calls outside have no prices yet. The limit takes effect once a rate deck is in force.</Trans>
    </Alert>
  );
}
