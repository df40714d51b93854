import { useLingui } from '@lingui/react/macro';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Page } from '~/design/Page';
import { WaitingCalls } from '~/features/completions';
import { LineStatus, openDial, ParkedCalls } from '~/features/dial';
import { RecordingList } from '~/features/recordings';
import { Reminders } from '~/features/reminders';
import { MessageList } from '~/features/voicemail';
import { Panes } from '~/design/Panes';
import { Segments } from '~/design/Segments';
import { CallList } from './CallList';
import { PadButton } from './PadButton';
import type { CallsView } from './search';
import css from './calls.module.css';

/** The tab of calls: the user's own calls, messages and recordings, and the dial pad. */
export default function Calls() {
  const { call } = useParams({ strict: false });
  return <Panes list={<CallsTab />} detail={call !== undefined} />;
}

function CallsTab() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { show = 'recent', pad, number } = useSearch({ strict: false });
  useEffect(() => {
    if (!pad) return;
    openDial(number);
    void navigate({ to: '.', search: { show: show === 'recent' ? undefined : show }, replace: true });
  }, [pad, number, show, navigate]);
  return (
    <div className={css.tab}>
      <Page title={t`Calls`} actions={<LineStatus />}>
        <Segments<CallsView>
          label={t`Show`}
          value={show}
          onChange={(value) =>
            void navigate({ to: '.', search: value === 'recent' ? {} : { show: value }, replace: true })
          }
          data={[
            { value: 'recent', label: t`Recent` },
            { value: 'missed', label: t`Missed` },
            { value: 'voicemail', label: t`Voicemail` },
            { value: 'recordings', label: t`Recordings` },
          ]}
        />
        <ParkedCalls />
        <WaitingCalls />
        <Reminders />
        {show === 'voicemail' ? (
          <MessageList />
        ) : show === 'recordings' ? (
          <RecordingList />
        ) : (
          <CallList missedOnly={show === 'missed'} />
        )}
      </Page>
      <PadButton />
    </div>
  );
}
