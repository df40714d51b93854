import { Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api, type RequestKind, type PrivacyRequestHistory } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { REQUEST_KINDS } from './request-texts';

const KINDS: RequestKind['kind'][] = [
  'inquiry',
  'technical',
  'complaint',
  'abuse',
  'access',
  'correction',
  'deletion',
  'objection',
  'portability',
];

interface ChangeKindProps {
  request: PrivacyRequestHistory;
  tenant?: string;
}

/** The kind of an open request, such as an inquiry that really asks for a deletion. */
export function ChangeKind({ request, tenant }: ChangeKindProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const convert = useMutation({
    mutationFn: (kind: RequestKind['kind']) =>
      api.convertPrivacyRequest({ path: { request_id: request.id }, query: { tenant }, body: { kind } }),
    onSuccess: ({ data }) => {
      queries.setQueryData(['privacy-request', tenant, request.id], data);
      void queries.invalidateQueries({ queryKey: ['privacy-requests'] });
    },
  });
  if (request.closed || !(KINDS as string[]).includes(request.kind)) return null;
  return (
    <>
      <Select
        label={t`Kind`}
        description={t`The time limit of the kind counts from the day of receipt.`}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: t(REQUEST_KINDS[value]) }))}
        value={request.kind}
        disabled={convert.isPending}
        onChange={(kind) => kind && kind !== request.kind && convert.mutate(kind as RequestKind['kind'])}
      />
      <ErrorNotice fault={convert.error} />
    </>
  );
}
