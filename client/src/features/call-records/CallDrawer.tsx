import { Anchor, Badge, Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type CallRecord } from '~/api';
import { useMay } from '~/api/session';
import { Avatar } from '~/design/Avatar';
import { confirmAction } from '~/design/Confirm';
import { formatDuration } from '~/design/dates';
import { Drawer } from '~/design/Drawer';
import { costsText } from '~/design/money';
import { ErrorNotice } from '~/design/Notice';
import { VerificationNote } from '~/features/call-verification';
import { useExtensions } from '~/features/extensions';
import { StepUp, StepUpDialog } from '~/features/settings';
import { causeOf } from './causes';
import { CallLadder } from './CallLadder';
import { isTestCall, messagePage } from './message';
import { answerSeconds, outcomeOf } from './outcomes';
import { PartyName, useShownParty } from './PartyName';
import { TestBadge } from './TestBadge';
import css from './call-records.module.css';

interface CallDrawerProps {
  /** Undefined while closed. */
  call?: CallRecord;
  tenant?: string;
  onClose: () => void;
}

/** All that is known of a call: its course, each party's quality and device, and its recordings. */
export function CallDrawer({ call, tenant, onClose }: CallDrawerProps) {
  const { t, i18n } = useLingui();
  return (
    <Drawer
      opened={call !== undefined}
      onClose={onClose}
      title={call ? i18n.date(new Date(call.started), { dateStyle: 'full', timeStyle: 'short' }) : t`Call`}
    >
      {call && (
        <>
          <Badge variant="dot" color={outcomeOf(call).colour} mb="md">
            {i18n._(outcomeOf(call).text)}
          </Badge>
          {isTestCall(call) && <TestBadge />}
          <VerificationNote verification={call.verification} mb="md" ms="md" />
          <CallLadder call={call} />
          <h3 className={css.heading}>
            <Trans>Participants</Trans>
          </h3>
          <Parties call={call} />
          <Details call={call} />
          <Message call={call} tenant={tenant} />
          {call.recorded && <Recordings call={call} tenant={tenant} />}
          <EraseCall key={call.id} call={call} tenant={tenant} onErased={onClose} />
        </>
      )}
    </Drawer>
  );
}

/** Erases the record for all parties: the portal's way, unlike removing a call from one's own list. */
function EraseCall({ call, tenant, onErased }: { call: CallRecord; tenant?: string; onErased: () => void }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [stepUp] = useState(() => new StepUp());
  const erase = useMutation({
    mutationFn: () => stepUp.run(() => api.eraseHistory({ path: { call_id: call.id }, query: { tenant } })),
    onSuccess: onErased,
    onSettled: () => queries.invalidateQueries({ queryKey: ['history'] }),
  });
  async function confirmAndErase() {
    const confirmed = await confirmAction({
      title: t`Erase this call permanently?`,
      text: t`The record of the call is erased for all participants. This cannot be undone, not even from a backup. Prices of the call stay; recordings and messages are erased on their own.`,
      confirmLabel: t`Erase`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) erase.mutate();
  }
  return (
    <>
      <ErrorNotice fault={erase.error} />
      <StepUpDialog proof={stepUp} />
      <Button mt="md" color="red" variant="subtle" loading={erase.isPending} onClick={() => void confirmAndErase()}>
        <Trans>Erase this call</Trans>
      </Button>
    </>
  );
}

function Parties({ call }: { call: CallRecord }) {
  const { t, i18n } = useLingui();
  const text = useShownParty();
  const number = (value: number) => i18n.number(value, { maximumFractionDigits: 1 });
  return (
    <ul className={css.parties} aria-label={t`Participants`}>
      {call.parties.map((party, index) => {
        const { mos, loss, jitter_ms } = party.quality;
        const quality = [
          typeof mos === 'number' && t`MOS ${number(mos)}`,
          typeof loss === 'number' && t`${number(loss)} % packet loss`,
          typeof jitter_ms === 'number' && t`${number(jitter_ms)} ms jitter`,
        ].filter(Boolean);
        return (
          <li key={index}>
            <Avatar name={party.erased ? '' : text(party)} size={40} />
            <div>
              <div>
                <PartyName party={party} />
              </div>
              <Text size="sm" c="dimmed">
                {quality.length > 0 ? quality.join(' · ') : t`Quality not measured`}
              </Text>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Details({ call }: { call: CallRecord }) {
  const { t, i18n } = useLingui();
  const directions = { internal: t`Internal`, inbound: t`Inbound`, outbound: t`Outbound` };
  const may = useMay();
  const wait = answerSeconds(call);
  const cause = causeOf(call);
  const details = [
    [t`Direction`, directions[call.direction]],
    wait !== undefined && [t`Time to answer`, t`${Math.round(wait)} s`],
    call.answered && [t`Talk time`, formatDuration(call.talk_seconds)],
    [t`Cause`, cause.text ? `${i18n._(cause.text)} (${cause.number})` : cause.number],
    call.costs && call.costs.length > 0 && [t`Cost`, costsText(call.costs, i18n.locale) || t`no price yet`],
    may('privacy_change') && [t`Id`, call.id],
  ].filter((each): each is [string, string] => Boolean(each));
  return (
    <dl className={css.details}>
      {details.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Leads to the mailbox that has the message of the call. */
function Message({ call, tenant }: { call: CallRecord; tenant?: string }) {
  const page = messagePage(call, useExtensions(tenant).items);
  if (!page) return null;
  const length = formatDuration(Math.round(call.message_seconds ?? 0));
  return (
    <Text size="sm" mt="md">
      <Trans>A message was left, {length}.</Trans>{' '}
      <Anchor component={Link} to={page.to} search={page.search as never} size="sm">
        <Trans>Open the mailbox</Trans>
      </Anchor>
    </Text>
  );
}

function Recordings({ call, tenant }: { call: CallRecord; tenant?: string }) {
  const { t } = useLingui();
  const may = useMay();
  const { data } = useQuery({
    queryKey: ['recordings', tenant, 'of', call.id],
    queryFn: async () => (await api.listRecordings({ query: { tenant, call: call.id } })).data.items,
  });
  return (
    <>
      <h3 className={css.heading}>
        <Trans>Recordings</Trans>
      </h3>
      <ul className={css.parties} aria-label={t`Recordings`}>
        {data?.map((one) => {
          const agreed = one.parties.filter((each) => each.consented).length;
          return (
            <li key={one.id}>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {formatDuration(Math.round(one.seconds))} ·{' '}
                {agreed === one.parties.length ? t`All parties agreed` : t`${agreed} of ${one.parties.length} agreed`}
                {may('privacy_change') && ` · ${t`Id`} ${one.id}`}
              </Text>
            </li>
          );
        })}
        {data?.length === 0 && (
          <li>
            <Text size="sm" c="dimmed">
              <Trans>The recording was erased.</Trans>
            </Text>
          </li>
        )}
      </ul>
    </>
  );
}
