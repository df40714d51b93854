import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { useMay } from '~/api/session';
import { Page } from '~/design/Page';
import { Row, Rows } from '~/design/Rows';
import Home from '~/features/home/Home';
import { useGroups } from './sections';

/** Permissions for the figures of Home: what is to be done, the calls of now, those of this week. */
const HOME_NEEDS = ['people_change', 'calls_read', 'history_read'];

/** The first page of the portal: the figures of Home, or links to the sections for users who may not see all figures. */
export default function Start() {
  const may = useMay();
  return HOME_NEEDS.every(may) ? <Home /> : <SectionLinks />;
}

function SectionLinks() {
  const { t } = useLingui();
  const sections = useGroups()
    .flatMap((group) => group.sections)
    .filter(({ to }) => to !== '/');
  return (
    <Page title={t`Home`}>
      {sections.length === 0 && (
        <Text c="dimmed">
          <Trans>Your role includes no section. Ask an administrator of your organisation.</Trans>
        </Text>
      )}
      <Rows label={t`Sections`}>
        {sections.map(({ to, title, icon: Shape }) => (
          <Row key={to} icon={<Shape size={20} aria-hidden />}>
            <Anchor component={Link} to={to}>
              {t(title)}
            </Anchor>
          </Row>
        ))}
      </Rows>
    </Page>
  );
}
