import { Code, List, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Disclosure } from '~/api';
import { formatDateTime } from '~/design/dates';
import { fileSize } from '~/design/file-size';
import { AccessCopy } from '~/features/access-copies';
import { requestDisclosureFile } from './disclosure-file';
import { usePersonNames } from './usePersonNames';

/** The file of an approved disclosure, and the log of its downloads. */
export function Handovers({
  disclosure,
  request,
  tenant,
}: {
  disclosure: Disclosure;
  request: string;
  tenant?: string;
}) {
  const { t } = useLingui();
  const nameOf = usePersonNames(tenant);
  return (
    <>
      {disclosure.categories.length > 0 && (
        <>
          <Text size="sm" c="dimmed">
            <Trans>Each download of the file is a hand-over and is logged.</Trans>
          </Text>
          <AccessCopy
            disclosureId={disclosure.id}
            tenant={tenant}
            request={() => requestDisclosureFile(request, disclosure.id, tenant)}
          />
        </>
      )}
      {disclosure.handovers.length > 0 && (
        <List size="sm" spacing="xs" aria-label={t`Handed over`}>
          {disclosure.handovers.map((each) => {
            const [day, name, size] = [formatDateTime(each.at), nameOf(each.by), fileSize(each.size)];
            return (
              <List.Item key={each.id}>
                <Trans>
                  Handed over on {day} by {name}, {size}
                </Trans>
                <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                  SHA-256 {each.sha256}
                </Code>
                {each.logged === false && (
                  <Text size="sm" role="alert" c="var(--mantine-color-error)">
                    <Trans>The audit log does not have this entry as it is shown here.</Trans>
                  </Text>
                )}
              </List.Item>
            );
          })}
        </List>
      )}
    </>
  );
}
