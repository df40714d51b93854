import { Accordion, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans } from '@lingui/react/macro';
import { useId, type ReactNode } from 'react';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { processingRecord, type Language } from './policy-state';
import classes from './privacy.module.css';

/** Kinds of data that are stored, from the declarations, each with purposes, periods and recipients. */
export function StoredData({ language }: { language: Language }) {
  const record = useQuery(processingRecord(language));
  return (
    <>
      <ErrorBar fault={record.error} retry={record.refetch} />
      {record.isPending && <SkeletonBlock height={240} />}
      {record.data && (
        <Accordion variant="default" className={classes.stored}>
          {record.data.data.map(({ key, title, text, purposes, retention, recipients }) => (
            <Accordion.Item key={key} value={key}>
              <Accordion.Control>
                <Text fw={600}>{title}</Text>
                <Text size="sm">{text}</Text>
              </Accordion.Control>
              <Accordion.Panel>
                <Texts title={<Trans>Purposes</Trans>} of={purposes} />
                <Texts title={<Trans>Stored</Trans>} of={retention} />
                <Texts title={<Trans>Recipients outside</Trans>} of={recipients} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
    </>
  );
}

function Texts({ title, of: texts }: { title: ReactNode; of: string[] }) {
  const id = useId();
  if (texts.length === 0) return null;
  return (
    <>
      <Text size="sm" fw={600} id={id}>
        {title}
      </Text>
      <List size="sm" mb="sm" spacing={2} className={classes.texts} aria-labelledby={id}>
        {texts.map((each) => (
          <List.Item key={each}>{each}</List.Item>
        ))}
      </List>
    </>
  );
}
