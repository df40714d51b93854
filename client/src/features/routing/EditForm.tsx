import { Button, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { useChanges, type Change } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { DrawerFooter } from '~/design/Drawer';
import { showAtField, useErrorFocus } from '~/design/forms';
import css from './routing.module.css';
import { RoutingError } from './RoutingError';
import { useProblemText } from './useProblemText';
import { useTargets } from './useTargets';

interface EditFormProps<Values extends object> {
  form: UseFormReturnType<Values>;
  /** Query keys of the lists that show the item. */
  affected: readonly string[];
  change: (values: Values) => Change;
  /** Deletes an existing item, after a question. */
  removal?: { title: string; text: string; change: Change };
  onClose: () => void;
  tenant?: string;
  children: ReactNode;
}

/** The form of a drawer, with its buttons. Errors of the server are shown at their field, or above the fields. */
export function EditForm<Values extends object>(props: EditFormProps<Values>) {
  const { form, affected, change, removal, onClose, tenant, children } = props;
  const { t } = useLingui();
  const [fault, setFault] = useState<unknown>();
  const { form: element, failures, fail: focusError } = useErrorFocus();
  // Only errors name targets, and most of these forms are about something else.
  const targets = useTargets(tenant, failures > 0);
  const text = useProblemText(targets);
  const saving = useChanges(affected);
  const removing = useChanges(affected);
  const fail = (general?: unknown) => {
    setFault(general);
    focusError();
  };

  const save = (values: Values) => {
    setFault(undefined);
    saving.mutate(change(values), {
      onSuccess: onClose,
      onError: (problem) => fail(showAtField(form, problem, text)),
    });
  };
  const remove = async ({ title, text: explanation, change: deletion }: NonNullable<typeof removal>) => {
    const confirmed = await confirmAction({
      title,
      text: explanation,
      confirmLabel: t`Delete`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    setFault(undefined);
    removing.mutate(deletion, { onSuccess: onClose, onError: fail });
  };
  return (
    <form ref={element} className={css.form} onSubmit={form.onSubmit(save, () => fail())} noValidate>
      <Stack>
        <RoutingError fault={fault} targets={targets} />
        {children}
      </Stack>
      <DrawerFooter>
        {removal && (
          <Button
            variant="subtle"
            color="red"
            size="md"
            me="auto"
            loading={removing.isPending}
            onClick={() => void remove(removal)}
          >
            <Trans>Delete</Trans>
          </Button>
        )}
        <Button type="submit" size="md" loading={saving.isPending}>
          <Trans>Save</Trans>
        </Button>
      </DrawerFooter>
    </form>
  );
}
