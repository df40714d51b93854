import { useLingui } from '@lingui/react/macro';
import { useIsOperator } from '~/api/session';
import { Page } from '~/design/Page';
import { Brand } from './Brand';
import { Customers } from './Customers';
import { Resellers } from './Resellers';

/** For operators the resellers; for those their customers and their brand. */
export default function Reselling() {
  const { t } = useLingui();
  const operator = useIsOperator();
  return (
    <Page title={t`Reselling`} size="lg">
      {operator ? (
        <Resellers />
      ) : (
        <>
          <Customers />
          <Brand />
        </>
      )}
    </Page>
  );
}
