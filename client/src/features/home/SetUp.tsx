import { Anchor, Progress, Text } from '@mantine/core';
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { api, type SetUp as SetUpState } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { useLoadFault } from '~/design/lists';
import { Section } from '~/design/Section';
import css from './home.module.css';

interface Step {
  title: string;
  done: boolean;
  /** Why it is needed and what to do; shown while it is not done. */
  text: ReactNode;
  link?: ReactNode;
}

/** The parts of the set-up that are done. */
export function useSetUp(tenant?: string) {
  return useQuery({
    queryKey: ['setup', tenant],
    queryFn: async () => (await api.showSetUp({ query: { tenant } })).data,
  });
}

/** Checklist of the set-up; disappears when everything is done. */
export function SetUp({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const { data, error, errorUpdatedAt, refetch } = useSetUp(tenant);
  const fault = useLoadFault({ data, error, errorUpdatedAt });
  const steps = useSteps(data);
  if (!steps) return <ErrorBar fault={fault} retry={refetch} />;
  if (steps.every(({ done }) => done)) return null;
  const finished = steps.filter(({ done }) => done).length;
  return (
    <Section
      title={t`Set up your phone system`}
      lead={
        <Trans>
          {finished} of {steps.length} done
        </Trans>
      }
    >
      <Progress value={(100 * finished) / steps.length} size="sm" aria-label={t`Progress of the set-up`} />
      <ol className={css.steps}>
        {steps.map(({ title, done, text, link }) => (
          <li key={title} data-done={done || undefined}>
            {done ? (
              <IconCircleCheckFilled size={20} role="img" aria-label={t`Done`} />
            ) : (
              <IconCircle size={20} role="img" aria-label={t`Open`} />
            )}
            <div>
              <Text fw={500}>{title}</Text>
              {!done && (
                <Text size="sm" c="dimmed">
                  {text}
                </Text>
              )}
            </div>
            {!done && link}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function useSteps(data?: SetUpState): Step[] | undefined {
  const { t } = useLingui();
  if (!data) return undefined;
  const { people, signed_in: signedIn, has_trunk: hasTrunk } = data;
  const server = [
    {
      title: t`Address and certificate`,
      done: data.public_address && data.secure,
      text: t`Phones outside this network need a public address with a trusted certificate. Start the server with --domain.`,
    },
    {
      title: t`E-mail`,
      done: data.email,
      text: t`Invitations, password resets and voicemail are sent by e-mail. Set UNIFICX_SMTP on the server.`,
    },
    {
      title: t`Media relay`,
      done: data.turn,
      text: t`Some networks let calls through only by a TURN server. Set UNIFICX_TURN on the server.`,
    },
  ];
  return [
    ...(data.own_server ? server : []),
    {
      title: t`People`,
      done: signedIn > 1,
      text: t`Invite your colleagues: ${signedIn} of ${people} have signed in.`,
      link: <StepLink to="/people" text={t`Invite people`} />,
    },
    {
      title: t`Phones`,
      done: data.has_phones,
      text: t`Connect the app or a desk phone.`,
      link: <StepLink to="/people" text={t`Add a phone`} />,
    },
    {
      title: t`First trunk and number`,
      done: hasTrunk && data.has_number,
      text: hasTrunk
        ? t`Add a number of your carrier, so that you can be called.`
        : t`A trunk connects you to a carrier, for calls with the outside.`,
      link: hasTrunk ? (
        <StepLink to="/numbers" text={t({ message: 'Add a number', context: 'public numbers' })} />
      ) : (
        <StepLink to="/trunks" text={t`Create a trunk`} />
      ),
    },
    {
      title: t`Business hours`,
      done: data.has_hours,
      text: t`Decide where calls go while you are open, and while you are closed.`,
      link: <StepLink to="/hours" text={t`Set the hours`} />,
    },
    {
      title: t`Emergency calls`,
      done: data.has_location,
      text: t`State the address from which people call, so that help finds them.`,
      link: <StepLink to="/emergency" text={t`Add a location`} />,
    },
  ];
}

function StepLink({ to, text }: { to: string; text: string }) {
  return (
    <Anchor component={Link} to={to} size="sm">
      {text}
    </Anchor>
  );
}
