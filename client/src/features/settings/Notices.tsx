import { Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api, type NoticeSwitch, type OwnNotice } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { CHANNEL_TEXTS, MANDATORY_TEXTS, NOTICE_TEXTS } from './notice-texts';

const KEY = ['own-notices'];

/** The notices that the user may receive: those that can be switched off, and why others cannot. */
export default function Notices() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => (await api.listOwnNotices()).data.items,
  });
  const optional = data?.filter((each) => each.mandatory === null) ?? [];
  const mandatory = data?.filter((each) => each.mandatory !== null) ?? [];
  return (
    <Page title={t`Notices`} back="/settings">
      <ErrorBar fault={error} retry={refetch} />
      {data === undefined && error === null && <SkeletonBlock height={160} />}
      {optional.length > 0 && (
        <Section title={t`Your choice`} lead={t`In force at once, on all your devices.`}>
          {optional.map((each) => (
            <NoticeSwitches key={each.kind} notice={each} />
          ))}
        </Section>
      )}
      {mandatory.length > 0 && (
        <Section title={t`Always sent`} lead={t`These notices cannot be switched off.`}>
          <Stack component="ul" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
            {mandatory.map((each) => (
              <MandatoryNotice key={each.kind} notice={each} />
            ))}
          </Stack>
        </Section>
      )}
    </Page>
  );
}

function NoticeSwitches({ notice }: { notice: OwnNotice }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const change = useMutation({
    scope: { id: notice.kind }, // the last choice is the last one that the server gets
    mutationFn: async (body: NoticeSwitch) => (await api.switchOwnNotice({ body })).data.items,
    onSuccess: (items) => queries.setQueryData(KEY, items),
    onError: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const { kind } = notice;
  return (
    <>
      <ErrorNotice fault={change.error} />
      {notice.settings.map(({ channel, on }) => (
        <Switch
          key={channel}
          size="md"
          label={t(NOTICE_TEXTS[kind])}
          description={t(CHANNEL_TEXTS[channel])}
          checked={change.isPending && change.variables.channel === channel ? change.variables.on : on}
          onChange={(event) => change.mutate({ kind, channel, on: event.currentTarget.checked })}
        />
      ))}
    </>
  );
}

function MandatoryNotice({ notice }: { notice: OwnNotice }) {
  const { t } = useLingui();
  const channels = notice.settings.map(({ channel }) => t(CHANNEL_TEXTS[channel]));
  const reason = notice.mandatory ? t(MANDATORY_TEXTS[notice.mandatory]) : '';
  return (
    <li>
      <Text>{t(NOTICE_TEXTS[notice.kind])}</Text>
      <Text size="sm" c="dimmed">
        {[...channels, reason].join(' · ')}
      </Text>
    </li>
  );
}
