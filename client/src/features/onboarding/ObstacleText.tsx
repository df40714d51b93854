import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { product } from '~/core/brand';
import type { Obstacle } from './model';
import css from './onboarding.module.css';

/** Why a closed client cannot ring here, and what can be done. */
export function ObstacleText({ obstacle }: { obstacle: Obstacle }) {
  switch (obstacle) {
    case 'home-screen':
      return <HomeScreen />;
    case 'unsupported':
      return (
        <Text ta="center">
          <Trans>Not possible here: this browser does not support it. Calls ring while {product} is open.</Trans>
        </Text>
      );
    case 'no-worker':
      return (
        <>
          <Text ta="center">
            <Trans>
              Not possible here: your browser does not trust the certificate of this address, or this is a private
              window. Calls ring while {product} is open.
            </Trans>
          </Text>
          <Text ta="center" size="sm" c="dimmed">
            <Trans>Ask your administrator for an address with a trusted certificate.</Trans>
          </Text>
        </>
      );
  }
}

/** iPhone and iPad ring closed apps only from the Home Screen. */
function HomeScreen() {
  const { t } = useLingui();
  return (
    <>
      <Text ta="center">
        <Trans>First add {product} to the Home Screen: tap Share, then “Add to Home Screen”. Open it from there.</Trans>
      </Text>
      <svg className={css.homeScreen} viewBox="0 0 240 120" role="img" aria-label={t`Share, then Add to Home Screen`}>
        <g fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
          <rect x="20" y="8" width="64" height="104" rx="12" />
          <path d="M40 84h-4v-26h32v26h-4M52 74V42m-9 9 9-9 9 9" />
          <path d="M100 60h34m-9-9 9 9-9 9" />
          <rect x="156" y="28" width="64" height="64" rx="14" />
          <path d="M188 44v32m-16-16h32" />
        </g>
      </svg>
    </>
  );
}
