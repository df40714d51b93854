import { ActionIcon, Text } from '@mantine/core';
import { IconPhone, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type SpeedDial } from '~/api';
import { useChanges } from '~/design/changes';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { startCall } from '~/features/call';
import { useCode } from '~/features/feature-codes';
import { useNumberFormat } from '~/features/phone-numbers';
import { NewSpeedDial } from './NewSpeedDial';

/** Buttons of at least 44 px. */
const TOUCH = 44;
const KEY = 'speed-dials';

/** The speed dials of an extension of the user. */
export function SpeedDialList({ extension }: { extension: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: [KEY, extension],
    queryFn: async () => (await api.listSpeedDials({ path: { extension } })).data.items,
  });
  const changes = useChanges([KEY]);
  const formatted = useNumberFormat();
  const short = useCode('speed-dial');
  const put = ({ code, number, name }: SpeedDial) =>
    api.setSpeedDial({ path: { extension, short_code: code }, body: { number, name } });
  const drop = ({ code }: SpeedDial) => api.deleteSpeedDial({ path: { extension, short_code: code } });
  if (!data) return error ? <ErrorBar fault={error} retry={refetch} /> : <SkeletonBlock height={120} />;
  return (
    <>
      {short && (
        <Text size="sm" c="dimmed">
          <Trans>On any of your phones, dial {short} and the two digits.</Trans>
        </Text>
      )}
      <ErrorNotice fault={changes.error} />
      {data.length > 0 && (
        <Rows label={t`Speed dials`}>
          {data.map((each) => {
            const title = each.name || formatted(each.number);
            return (
              <Row
                key={each.code}
                icon={<Text className="tabular">{each.code}</Text>}
                trailing={
                  <>
                    <ActionIcon
                      variant="light"
                      size={TOUCH}
                      aria-label={t`Call ${title}`}
                      onClick={() => void startCall(each.number, { name: each.name || undefined })}
                    >
                      <IconPhone size={20} aria-hidden />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      size={TOUCH}
                      aria-label={t`Delete ${title}`}
                      onClick={() =>
                        changes.mutate({
                          apply: () => drop(each),
                          undo: () => put(each),
                          message: t`The speed dial ${each.code} is deleted.`,
                        })
                      }
                    >
                      <IconTrash size={20} aria-hidden />
                    </ActionIcon>
                  </>
                }
              >
                <bdi>{title}</bdi>
                {each.name && (
                  <Text size="sm" c="dimmed" className="tabular">
                    {formatted(each.number)}
                  </Text>
                )}
              </Row>
            );
          })}
        </Rows>
      )}
      <NewSpeedDial
        taken={data.map(({ code }) => code)}
        onAdd={(entry) =>
          changes.mutateAsync({
            apply: () => put(entry),
            undo: () => drop(entry),
            message: t`The speed dial ${entry.code} is saved.`,
          })
        }
      />
    </>
  );
}
