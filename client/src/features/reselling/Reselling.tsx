import { IconBuildingStore } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useIsOperator, useResells } from '~/api/session';
import { EmptyState } from '~/design/EmptyState';
import { Page } from '~/design/Page';
import { Brand } from './Brand';
import { Customers } from './Customers';
import { Resellers } from './Resellers';

/** For operators the resellers; for those their customers and their brand. */
export default function Reselling() {
  const { t } = useLingui();
  const operator = useIsOperator();
  const resells = useResells();
  return (
    <Page title={t`Reselling`} size="lg">
      {operator && <Resellers />}
      {!resells && (
        <EmptyState icon={IconBuildingStore} text={<Trans>Your organisation does not sell to others.</Trans>} />
      )}
      {resells && !operator && (
        <>
          <Customers />
          <Brand />
        </>
      )}
    </Page>
  );
}
