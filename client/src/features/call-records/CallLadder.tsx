import { Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { CallRecord } from '~/api';
import { useCourse } from './useCourse';
import css from './call-records.module.css';

/** The course of a call as a list of events with their times. */
export function CallLadder({ call }: { call: CallRecord }) {
  const { t, i18n } = useLingui();
  const course = useCourse(call);
  return (
    <ol className={css.ladder} aria-label={t`Course of the call`}>
      {course.map(({ at, text, detail }, index) => (
        <li key={index}>
          <time className="tabular" dateTime={at ?? undefined}>
            {at && i18n.date(new Date(at), { timeStyle: 'medium' })}
          </time>
          <span>
            {text}
            {detail && (
              <Text span size="sm" c="dimmed">
                {' · '}
                {detail}
              </Text>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
