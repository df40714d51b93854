import { Anchor, List, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { PolicyVersion } from '~/api';
import { formatDate } from '~/design/dates';
import type { Language } from './policy-state';
import classes from './privacy.module.css';

/** Summaries of versions of the privacy policy, with links to the text. */
export function ChangeList({ changes }: { changes: PolicyVersion[] }) {
  const { i18n } = useLingui();
  const language = i18n.locale as Language;
  return (
    <>
      <List size="sm" spacing={4}>
        {changes.map((each) => (
          <List.Item key={each.version}>
            <Text inherit component="span" c="dimmed">
              {formatDate(each.in_force)}
            </Text>{' '}
            {each.summary[language]}
          </List.Item>
        ))}
      </List>
      <div className={classes.links}>
        <Anchor size="sm" py="xs" href={`/privacy?lang=${language}`} target="_blank" rel="noopener">
          <Trans>Privacy policy</Trans>
        </Anchor>
        <Anchor size="sm" py="xs" href={`/privacy/versions?lang=${language}`} target="_blank" rel="noopener">
          <Trans>Compare the versions</Trans>
        </Anchor>
      </div>
    </>
  );
}
