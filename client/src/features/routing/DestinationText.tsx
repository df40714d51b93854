import { IconAlertTriangle } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import { isMissing, type Targets } from './destinations';
import css from './routing.module.css';
import { useDestinationText } from './useDestinationText';

/** A destination by its readable name; says so if it does not exist. */
export function DestinationText({ destination, targets }: { destination: string; targets: Targets }) {
  const text = useDestinationText(targets);
  if (!destination) return null;
  if (!isMissing(destination, targets)) return text(destination);
  return (
    <span className={css.missing}>
      <IconAlertTriangle size={16} aria-hidden />
      <span>
        {text(destination)} <Trans>(does not exist)</Trans>
      </span>
    </span>
  );
}
