import { Button, List, Text } from '@mantine/core';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type OwnAccess } from '~/api';
import { formatDateTime } from '~/design/dates';
import { usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';

const PURPOSES: Record<string, MessageDescriptor> = {
  administration: msg`to manage accounts and devices`,
  history: msg`to see calls, messages or recordings`,
  operations: msg`to run the phone system`,
  requests: msg`to answer a request about your data`,
  security: msg`to prevent intrusion and fraud`,
};

/** Administrators who have opened data of the user, by hour and purpose. */
export function OwnAccesses() {
  const list = usePages<OwnAccess>(['own-accesses'], async (cursor) => api.listOwnAccesses({ query: { cursor } }));
  return (
    <>
      <ErrorBar fault={list.fault} retry={list.retry} />
      {!list.loaded && !list.fault && <SkeletonBlock height={80} />}
      {list.loaded && list.items.length === 0 && (
        <Text size="sm">
          <Trans>No administrator has opened your data.</Trans>
        </Text>
      )}
      <List size="sm" spacing={4}>
        {onePerPurpose(list.items).map((each) => (
          <List.Item key={keyOf(each)}>
            <Access access={each} />
          </List.Item>
        ))}
      </List>
      {list.loadMore && (
        <Button size="md" variant="default" onClick={list.loadMore}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </>
  );
}

function Access({ access }: { access: OwnAccess }) {
  const { t, i18n } = useLingui();
  const actor = access.operator ? t`The operator's console` : access.name || t`An account that was closed`;
  const purpose = PURPOSES[access.purpose];
  return (
    <>
      {formatDateTime(access.at)}: {actor}, {purpose ? i18n._(purpose) : access.purpose}
    </>
  );
}

const keyOf = (access: OwnAccess) => [access.at, access.purpose, access.operator, access.person_id].join(' ');

/** Several kinds of data that were opened for one purpose are one line. */
function onePerPurpose(accesses: OwnAccess[]): OwnAccess[] {
  return [...new Map(accesses.map((each) => [keyOf(each), each])).values()];
}
