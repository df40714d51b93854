import { Anchor, Badge, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Extension, PublicNumber } from '~/api';
import { useDestinationText, useTargets } from '~/features/routing';
import { editorOf } from './editors';
import { numberPath, type Condition, type PathBranch, type RoutingLists } from './path';
import { useRoutingLists } from './useRoutingLists';
import css from './path.module.css';

interface NumberPathProps {
  /** Name of the picture. */
  label: string;
  number: Pick<PublicNumber, 'destination' | 'callers'>;
  tenant?: string;
}

/** Picture of the way that calls to a number take: nested lists, drawn as a tree. */
export function NumberPath({ label, number, tenant }: NumberPathProps) {
  const { lists, extensions } = useRoutingLists(tenant);
  const text = useDestinationText(useTargets(tenant));
  return (
    <ul className={css.tree} aria-label={label}>
      <Branches branches={numberPath(number, lists)} text={text} extensions={extensions} lists={lists} />
    </ul>
  );
}

interface BranchesProps {
  branches: PathBranch[];
  text: (destination: string) => string;
  extensions: Extension[];
  lists: RoutingLists;
}

function Branches({ branches, ...shared }: BranchesProps) {
  const { text, extensions, lists } = shared;
  const label = useConditionText();
  return branches.map(({ condition, current, to }, place) => {
    const editor = editorOf(to.destination, extensions, lists);
    const when = label(condition);
    return (
      // eslint-disable-next-line -- the branches of a node have no other identity
      <li key={place} className={css.branch}>
        <div className={css.node} data-current={current || undefined}>
          {when && <span className={css.condition}>{when}</span>}
          {current && (
            <Badge size="sm" variant="light">
              <Trans>now</Trans>
            </Badge>
          )}
          {editor ? (
            <Anchor component={Link} to={editor.to} search={editor.search as never} className={css.destination}>
              {text(to.destination)}
            </Anchor>
          ) : (
            <span className={css.destination}>{text(to.destination)}</span>
          )}
          {to.cut && (
            <Text size="xs" c="dimmed" span>
              <Trans>continues as shown above</Trans>
            </Text>
          )}
        </div>
        {to.rings.length > 0 && !to.cut && <Rings numbers={to.rings} extensions={extensions} />}
        {to.branches.length > 0 && (
          <ul className={css.branches}>
            <Branches branches={to.branches} {...shared} />
          </ul>
        )}
      </li>
    );
  });
}

const SHOWN = 6;

/** The members of a group or queue, the first ones by name. */
function Rings({ numbers, extensions }: { numbers: string[]; extensions: Extension[] }) {
  const names = numbers
    .slice(0, SHOWN)
    .map((number) => extensions.find((each) => each.number === number)?.name ?? number)
    .join(', ');
  const more = numbers.length - SHOWN;
  return (
    <Text size="xs" c="dimmed" className={css.rings}>
      {more > 0 ? (
        <Trans>
          rings {names} and {more} more
        </Trans>
      ) : (
        <Trans>rings {names}</Trans>
      )}
    </Text>
  );
}

function useConditionText(): (condition: Condition) => string {
  const { t } = useLingui();
  return (condition) => {
    switch (condition.kind) {
      case 'always':
        return '';
      case 'caller':
        return t`Callers ${condition.pattern}`;
      case 'key':
        return t`Key ${condition.key}`;
      case 'others':
        return t`All others`;
      case 'open':
        return t`Open`;
      case 'closed':
        return t`Closed`;
      case 'no_entry':
        return t`No valid key`;
      case 'unanswered':
        return t`No answer`;
    }
  };
}
