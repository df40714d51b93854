import { Button, CloseButton, Fieldset, FileButton, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconCalendarDown, IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Hours } from '~/api';
import { toast } from '~/core/toasts';
import { ErrorNotice } from '~/design/Notice';
import { conditionOf } from '~/features/routing';
import css from './hours.module.css';
import { withHoliday } from './model';

interface HolidaysProps {
  /** Id of the hours, undefined for new ones: a calendar is imported into saved ones. */
  id?: string;
  version?: string;
  tenant?: string;
  value: string[];
  onChange: (dates: string[]) => void;
  /** A date that is not added yet: it is saved too. */
  typed: string;
  onType: (date: string) => void;
  /** Called with the hours as an import has saved them. */
  onImported: (hours: Hours) => void;
}

/** Dates that are closed all day, typed or from an iCalendar file. */
export function Holidays({ id, version, tenant, value, onChange, typed, onType, onImported }: HolidaysProps) {
  const { t, i18n } = useLingui();
  const queries = useQueryClient();
  const upload = useMutation({
    mutationFn: async (file: File) => {
      const body = { calendar: await file.text() };
      const headers = conditionOf(version);
      return (await api.importHolidays({ path: { hours: id! }, query: { tenant }, body, headers })).data;
    },
    onSuccess: (saved) => {
      onImported(saved);
      toast({ message: t`The holidays of the calendar are saved.` });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['hours'] }),
  });
  const add = () => {
    if (typed) onChange(withHoliday(value, typed));
    onType('');
  };
  const text = (date: string) =>
    i18n.date(new Date(`${date}T12:00:00`), { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  return (
    <Fieldset legend={t`Holidays`}>
      <ErrorNotice fault={upload.error} />
      {value.length === 0 ? (
        <Text size="sm" c="dimmed">
          <Trans>No holidays. On these days it is closed all day.</Trans>
        </Text>
      ) : (
        <ul className={css.dates} aria-label={t`Holidays`}>
          {value.map((date) => (
            <li key={date} className={css.date}>
              {text(date)}
              <CloseButton
                size={44}
                aria-label={t`Remove: ${text(date)}`}
                onClick={() => onChange(value.filter((each) => each !== date))}
              />
            </li>
          ))}
        </ul>
      )}
      <div className={css.addDate}>
        <TextInput
          size="md"
          type="date"
          className={css.days}
          aria-label={t`Date of the holiday`}
          value={typed}
          onChange={(event) => onType(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
        <Button
          variant="default"
          size="md"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={!typed}
          onClick={add}
        >
          <Trans>Add day</Trans>
        </Button>
      </div>
      {id ? (
        <FileButton accept=".ics,text/calendar" onChange={(file) => file && upload.mutate(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="md"
              mt="xs"
              loading={upload.isPending}
              leftSection={<IconCalendarDown size={16} aria-hidden />}
            >
              <Trans>Import iCalendar file</Trans>
            </Button>
          )}
        </FileButton>
      ) : (
        <Text size="sm" c="dimmed" mt="xs">
          <Trans>Once the hours are saved, holidays can be imported from an iCalendar file.</Trans>
        </Text>
      )}
    </Fieldset>
  );
}
