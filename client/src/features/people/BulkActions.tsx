import { Button, Menu, Stack, Text } from '@mantine/core';
import { IconBan, IconBuilding, IconLanguage, IconMail, IconMicrophone, type Icon } from '@tabler/icons-react';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type ExtensionRecording, type PeopleEntry } from '~/api';
import { session, useMay } from '~/api/session';
import { asProblem } from '~/core/problem';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { confirmAction } from '~/design/Confirm';
import { problemSentences } from '~/design/problem-messages';
import { Secret } from '~/design/Secret';
import { openDialog } from '~/design/dialogs';
import { personRequests, usePeopleChanges } from './changes';
import { usePeopleTexts } from './texts';
import { useDepartments } from './useDepartments';

interface BulkActionsProps {
  entries: PeopleEntry[];
  tenant?: string;
  onDone: () => void;
}

/** Buttons for the selected people; those that the user may use. */
export function BulkActions({ entries, tenant, onDone }: BulkActionsProps) {
  const { t, i18n } = useLingui();
  const { languages } = usePeopleTexts();
  const departments = useDepartments(tenant);
  const changes = usePeopleChanges();
  const may = useMay();
  const own = useValue(session, (each) => (each.state === 'in' ? each.me.person?.id : undefined));
  const people = entries.filter(({ kind }) => kind === 'person');
  // The own account stays: a suspended user could not end the suspension.
  const active = people.filter(({ id, state }) => state !== 'suspended' && id !== own);
  const extensions = entries.flatMap((entry) => entry.extensions);
  const requests = (entry: PeopleEntry) => personRequests(entry, tenant);
  const run = (change: Parameters<typeof changes.mutate>[0]) =>
    changes.mutate(change, {
      onSuccess: onDone,
      onError: (fault) => {
        toast({ message: problemSentences(asProblem(fault), t) });
      },
    });

  async function suspend() {
    const confirmed = await confirmAction({
      title: t`Suspend ${plural(active.length, { one: '# person', other: '# people' })}?`,
      text: t`They are signed out on all devices, and their phones stop working immediately. Nothing is deleted.`,
      confirmLabel: t`Suspend`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    run({
      apply: () => inTurn(active, (each) => requests(each).change({ state: 'suspended' })),
      undo: () => inTurn(active, (each) => requests(each).change({ state: 'active' })),
      message: t`${plural(active.length, { one: '# person is', other: '# people are' })} suspended.`,
    });
  }

  const setLanguage = (language: 'en' | 'de' | '') =>
    run({
      apply: () => inTurn(people, (each) => requests(each).change({ language })),
      undo: () => inTurn(people, (each) => requests(each).change({ language: each.language ?? '' })),
      message: t`The language of ${plural(people.length, { one: '# person', other: '# people' })} is changed.`,
    });

  const setDepartment = (department: string) =>
    run({
      apply: () => inTurn(people, (each) => requests(each).change({ department })),
      undo: () => inTurn(people, (each) => requests(each).change({ department: each.department })),
      message: t`The department of ${plural(people.length, { one: '# person', other: '# people' })} is changed.`,
    });

  const setRecording = (when: ExtensionRecording['when']) =>
    run({
      apply: () =>
        inTurn(extensions, ({ id }) =>
          api.changeExtensionRecording({ path: { extension: id }, query: { tenant }, body: { when } }),
        ),
      message: t`The recording of ${plural(extensions.length, { one: '# number', other: '# numbers' })} is changed.`,
    });

  function invite() {
    const links: { name: string; url: string }[] = [];
    const language = i18n.locale === 'de' ? 'de' : 'en';
    const invited = people.filter(({ state }) => state === 'invited');
    run({
      apply: async () => {
        await inTurn(invited, async (each) => {
          const { data } = await api.invite({
            query: { tenant },
            body: { person_id: each.id, language: each.language ?? language },
          });
          if (data.url) links.push({ name: each.name, url: data.url });
        });
        if (links.length > 0) showLinks(t`Invitation links`, links);
      },
      message: t`${plural(invited.length, { one: '# person is', other: '# people are' })} invited.`,
    });
  }

  const busy = changes.isPending;
  return (
    <>
      {may('sign_in_help') && (
        <Button variant="default" leftSection={<IconMail size={16} aria-hidden />} loading={busy} onClick={invite}>
          <Trans>Invite</Trans>
        </Button>
      )}
      {may('people_change') && (
        <ChoiceMenu
          icon={IconLanguage}
          label={t`Language`}
          busy={busy}
          choices={languages.map(({ value, label }) => ({ value: value as 'en' | 'de' | '', label }))}
          onChoose={setLanguage}
        />
      )}
      {may('people_change') && departments.length > 0 && (
        <ChoiceMenu
          icon={IconBuilding}
          label={t`Department`}
          busy={busy}
          choices={[
            ...departments.map((name) => ({ value: name, label: name })),
            { value: '', label: t`No department` },
          ]}
          onChoose={setDepartment}
        />
      )}
      {may('recordings_change') && (
        <ChoiceMenu
          icon={IconMicrophone}
          label={t`Recording`}
          busy={busy}
          choices={[
            { value: 'never' as const, label: t`Never` },
            { value: 'on_demand' as const, label: t`On demand` },
            { value: 'always' as const, label: t`Always` },
          ]}
          onChoose={setRecording}
        />
      )}
      {may('people_change') && (
        <Button
          variant="default"
          leftSection={<IconBan size={16} aria-hidden />}
          disabled={busy || active.length === 0}
          onClick={() => void suspend()}
        >
          <Trans>Suspend</Trans>
        </Button>
      )}
    </>
  );
}

interface ChoiceMenuProps<T extends string> {
  icon: Icon;
  label: string;
  busy: boolean;
  choices: { value: T; label: string }[];
  onChoose: (value: T) => void;
}

/** A button with a menu of values for the selected people. */
function ChoiceMenu<T extends string>({ icon: ButtonIcon, label, busy, choices, onChoose }: ChoiceMenuProps<T>) {
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<ButtonIcon size={16} aria-hidden />} disabled={busy}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {choices.map(({ value, label: text }) => (
          <Menu.Item key={value} onClick={() => onChoose(value)}>
            <bdi>{text}</bdi>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** One request after the other: a tenant's accounts are changed in turn anyway. */
async function inTurn<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item); // eslint-disable-line no-await-in-loop -- on purpose
}

function showLinks(title: string, links: { name: string; url: string }[]) {
  openDialog({
    title,
    size: 'lg',
    children: (
      <Stack gap="xs">
        <Text size="sm">
          <Plural
            value={links.length}
            one="E-mail is not configured. Send this link yourself."
            other="E-mail is not configured. Send these # links yourself."
          />
        </Text>
        {links.map(({ name, url }) => (
          <div key={url}>
            <Text size="sm" fw={500}>
              <bdi>{name}</bdi>
            </Text>
            <Secret text={url} />
          </div>
        ))}
      </Stack>
    ),
  });
}
