import { List, Text } from '@mantine/core';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import type { ErasurePlan } from '~/api';
import { ERASED_KINDS, KEPT_KINDS, KEPT_UNTIL } from './texts';

/** The consequences of an erasure: what is erased, and what stays until when. */
export function Plan({ plan }: { plan: ErasurePlan }) {
  const { t } = useLingui();
  const heading = useId();
  const textOf = (texts: Record<string, MessageDescriptor>, kind: string, otherwise = kind) => {
    const text = texts[kind];
    return text ? t(text) : otherwise;
  };
  return (
    <>
      <Text size="sm" id={heading}>
        <Trans>This is erased, also in backups. It cannot be undone.</Trans>
      </Text>
      <List size="sm" aria-labelledby={heading}>
        {plan.held
          .filter(({ area, count }) => count > 0 && area !== 'held objects')
          .map(({ area, kind, count }) => (
            <List.Item key={`${area} ${kind}`}>
              {textOf(ERASED_KINDS, kind)}: {count}
            </List.Item>
          ))}
      </List>
      {plan.kept.length > 0 && (
        <>
          <Text size="sm" id={`${heading}-stays`}>
            <Trans>This stays, without the name unless noted:</Trans>
          </Text>
          <List size="sm" aria-labelledby={`${heading}-stays`}>
            {plan.kept.map(({ area, kind, what, until }) => {
              const end = KEPT_UNTIL[until];
              return (
                <List.Item key={`${area} ${kind}`}>
                  {textOf(KEPT_KINDS, kind, what)} {end && t(end)}
                </List.Item>
              );
            })}
          </List>
        </>
      )}
    </>
  );
}
