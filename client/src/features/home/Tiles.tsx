import { Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useLingui } from '@lingui/react/macro';
import { Suspense } from 'react';
import { lazyPart } from '~/core/lazy-part';
import { total, type Summary } from './model';
import css from './home.module.css';

const Sparkline = lazyPart(() => import('./Sparkline'));

interface TilesProps {
  /** Undefined while it loads. */
  summary?: Summary;
  answerSeconds?: number;
}

/** Four figures with the last seven days; each leads to the calls behind it. */
export function Tiles({ summary, answerSeconds }: TilesProps) {
  const { t, i18n } = useLingui();
  const days = summary?.days ?? [];
  const decimal = (value?: number) => (value === undefined ? '–' : i18n.number(value, { maximumFractionDigits: 1 }));
  const tiles = [
    {
      title: t`Calls today`,
      value: summary && i18n.number(total(summary.today)),
      detail: t`Last 7 days: ${days.reduce((sum, day) => sum + total(day), 0)}`,
      line: days.map(total),
    },
    {
      title: t`Answered`,
      value: summary && (summary.answeredPercent === undefined ? '–' : `${summary.answeredPercent} %`),
      detail: t`By a person, last 7 days`,
      line: days.map((day) => (total(day) ? (100 * day.answered) / total(day) : 0)),
    },
    {
      title: t`Time to answer`,
      value: summary && (answerSeconds === undefined ? '–' : t`${decimal(answerSeconds)} s`),
      detail: t`Median, last 7 days`,
    },
    {
      title: t`Sound quality`,
      value: summary && decimal(summary.mos),
      detail: t`MOS, from 1 (bad) to 5 (excellent)`,
    },
  ];
  return (
    <ul className={css.tiles} aria-label={t`Figures`}>
      {tiles.map(({ title, value, detail, line }) => (
        <li key={title}>
          <Link to="/history" className={css.tile}>
            <Text size="sm" c="dimmed">
              {title}
            </Text>
            {value === undefined ? <Skeleton height={34} width={80} /> : <span className={css.figure}>{value}</span>}
            <Text size="xs" c="dimmed">
              {detail}
            </Text>
            <div className={css.line} aria-hidden inert>
              {line && line.some((each) => each > 0) && (
                <Suspense>
                  <Sparkline values={line} />
                </Suspense>
              )}
            </div>
          </Link>
        </li>
      ))}
    </ul>
  );
}
