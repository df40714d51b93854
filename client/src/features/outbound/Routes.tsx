import { ActionIcon, Box, Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconRoute } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { api, type Route } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useValue } from '~/core/store';
import { useChanges } from '~/design/changes';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, useAllPages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { DataTable, type Column } from '~/design/table';
import { useEditor } from '~/features/routing';
import { inOrder, moved, type Placement } from './model';
import { RouteForm } from './RouteForm';
import { TestNumber } from './TestNumber';

type Step = -1 | 1;

/** Ways to numbers outside, in the order in which they are tried, and a test without a call. */
export default function Routes() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = useAllPages<Route>(['routes', tenant], (cursor) =>
    api.listRoutes({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
  const routes = inOrder(list.items);
  const { move, changes } = useMove(routes, tenant);
  const editor = useEditor<Route>({
    title: (route) => (route ? t`Route ${route.name}` : t`New route`),
    form: (route, close) => <RouteForm route={route} routes={routes} tenant={tenant} onClose={close} />,
  });
  const add = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      <Trans>New route</Trans>
    </Button>
  );
  const columns: Column<Route>[] = [
    { title: t`Name`, render: ({ name }) => name },
    { title: t`Numbers`, render: ({ pattern }) => <span className="tabular">{pattern}</span> },
    { title: t`Trunks`, render: ({ trunks }) => trunks.join(', ') },
    {
      title: t`Number sent`,
      card: 'none',
      render: ({ strip, prepend }) =>
        [strip > 0 && t`without the first ${strip}`, prepend && t`with ${prepend} before`].filter(Boolean).join(', ') ||
        t`as dialled`,
    },
    { title: t`Caller ID`, card: 'none', render: ({ caller_id }) => caller_id || t`of the caller` },
  ];
  return (
    <Page title={t`Outbound routes`} size="xl" actions={hasTools(list) && add}>
      <ErrorNotice fault={changes.error} />
      <DataTable<Route>
        label={t`Outbound routes`}
        list={{ ...list, items: routes }}
        columns={columns}
        onOpen={editor.open}
        actions={(route) => (
          <MoveButtons
            route={route}
            routes={routes}
            disabled={changes.isPending}
            onMove={(step) => move(route, step)}
          />
        )}
        empty={
          <EmptyState
            icon={IconRoute}
            text={<Trans>No route yet. Routes say which trunk carries calls to numbers outside.</Trans>}
            action={add}
          />
        }
      />
      {routes.length > 0 && (
        <Box mt="md">
          <TestNumber tenant={tenant} />
        </Box>
      )}
      {editor.drawer}
    </Page>
  );
}

/** Moves routes; the change of all positions can be undone. */
function useMove(routes: Route[], tenant?: string) {
  const { t } = useLingui();
  const changes = useChanges(['routes']);
  const save = (placements: Placement[]) =>
    Promise.all(
      placements.map(({ id, position }) =>
        api.updateRoute({ path: { route: id }, query: { tenant }, body: { position } }),
      ),
    );
  const move = (route: Route, step: Step) => {
    const after = moved(routes, route.id, step);
    const before = routes.filter(({ id }) => after.some((each) => each.id === id));
    const place = routes.indexOf(route) + 1 + step;
    if (after.length)
      changes.mutate({
        apply: () => save(after),
        undo: () => save(before),
        message: t`${route.name} is tried in place ${place} now.`,
      });
  };
  return { move, changes };
}

interface MoveButtonsProps {
  route: Route;
  routes: Route[];
  disabled: boolean;
  onMove: (step: Step) => void;
}

/** The button that was pressed keeps the focus while its row moves, so that it can be pressed again. */
function MoveButtons({ route, routes, disabled, onMove }: MoveButtonsProps) {
  const { t } = useLingui();
  const place = routes.indexOf(route);
  const buttons = useRef<Partial<Record<Step, HTMLButtonElement | null>>>({});
  const pressed = useRef<Step>(undefined);
  useEffect(() => {
    if (!pressed.current || disabled) return;
    const last = pressed.current < 0 ? place === 0 : place === routes.length - 1;
    buttons.current[last ? (-pressed.current as Step) : pressed.current]?.focus();
    pressed.current = undefined;
  }, [place, disabled, routes.length]);
  const button = (step: Step, label: string, edge: boolean) => (
    <ActionIcon
      variant="default"
      size={44}
      aria-label={label}
      aria-disabled={disabled || edge}
      data-disabled={edge || undefined}
      ref={(element) => {
        buttons.current[step] = element;
      }}
      onClick={() => {
        if (disabled || edge) return;
        pressed.current = step;
        onMove(step);
      }}
    >
      {step < 0 ? <IconArrowUp size={18} aria-hidden /> : <IconArrowDown size={18} aria-hidden />}
    </ActionIcon>
  );
  return (
    <>
      {button(-1, t`Move ${route.name} up`, place === 0)}
      {button(1, t`Move ${route.name} down`, place === routes.length - 1)}
    </>
  );
}
