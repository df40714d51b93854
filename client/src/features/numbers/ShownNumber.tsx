import { Select } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { asProblem } from '~/core/problem';
import { useChanges } from '~/design/changes';
import { problemText } from '~/design/problem-messages';
import { choosing, chosenNumber, leadingNumber, savingEach } from './shown-for';
import { useNumbers } from './useNumbers';

interface ShownNumberProps {
  /** An extension, such as `1001`, or a group or queue, such as `queue:6500`. */
  owner: string;
  description: string;
  tenant?: string;
}

/** Chooses the number that the calls outside of an extension show, or those in the name of a group or queue. A choice
 *  applies at once. */
export function ShownNumber({ owner, description, tenant }: ShownNumberProps) {
  const { t } = useLingui();
  const { items, loaded } = useNumbers(tenant);
  const changes = useChanges(['numbers']);
  if (!loaded || items.length === 0) return null;
  const leading = leadingNumber(owner, items)?.display;
  const choose = (id: string) => {
    const wanted = choosing(owner, id, items);
    const changed = new Set(wanted.map((each) => each.id));
    const before = items.filter((each) => changed.has(each.id));
    const store = savingEach(items, ({ id: number, shown_for }, headers) =>
      api.updateNumber({ path: { number }, query: { tenant }, body: { shown_for }, headers }),
    );
    changes.mutate({
      apply: () => store(wanted),
      undo: () => store(before),
      message: t`Calls outside show another number now.`,
    });
  };
  return (
    <Select
      size="md"
      label={t`Number shown outside`}
      description={description}
      allowDeselect={false}
      disabled={changes.isPending}
      data={[
        { value: '', label: leading ? t`${leading}, which leads here` : t`That of the route` },
        ...items.map(({ id, display }) => ({ value: id, label: display })),
      ]}
      value={chosenNumber(owner, items)?.id ?? ''}
      onChange={(id) => choose(id ?? '')}
      error={changes.error && problemText(asProblem(changes.error), t).title}
    />
  );
}
