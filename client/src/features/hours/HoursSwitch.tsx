import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { api, type Hours } from '~/api';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { useChanges } from '~/design/changes';
import { problemText } from '~/design/problem-messages';

type Switch = Hours['switch'];

const STATES = { auto: msg`Automatic`, open: msg`Open by hand`, closed: msg`Closed by hand` };

/** The manual switch of opening hours. */
export function HoursSwitch({ hours, tenant }: { hours: Hours; tenant?: string }) {
  const { t } = useLingui();
  const changes = useChanges(['hours']);
  const { id, name } = hours;
  const to = (value: Switch) => () =>
    api.updateHours({ path: { hours: id }, query: { tenant }, body: { switch: value } });
  const state = t(STATES[hours.switch]);
  const choose = (value: Switch) =>
    changes.mutate(
      { apply: to(value), undo: to(hours.switch), message: `${name}: ${t(STATES[value])}` },
      { onError: (fault) => toast({ message: problemText(asProblem(fault), t).title }) },
    );
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="sm"
          variant={hours.switch === 'auto' ? 'default' : 'light'}
          rightSection={<IconChevronDown size={16} aria-hidden />}
          loading={changes.isPending}
          aria-label={t`Switch of ${name}: ${state}`}
        >
          {state}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={hours.switch} onChange={(value) => choose(value as Switch)}>
          {Object.entries(STATES).map(([value, text]) => (
            <Menu.RadioItem key={value} value={value}>
              {t(text)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
