import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { CopyableText } from '~/design/CopyableText';
import { useEditor } from '~/features/routing';
import { ApiKeyForm, type NewKey } from './ApiKeyForm';

interface ProgramAccessProps {
  path: string;
  tenant?: string;
  /** Initial values of the form of a new key. */
  preset: NewKey;
  copyLabel: string;
  keyLabel: string;
}

/** The address at which a program works, and a button that creates a key for it. */
export function ProgramAccess({ path, tenant, preset, copyLabel, keyLabel }: ProgramAccessProps) {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const editor = useEditor({
    title: () => t`New API key`,
    form: (_, close) => <ApiKeyForm role={me?.role ?? 'user'} tenant={tenant} preset={preset} onClose={close} />,
  });
  const address = `${window.location.origin}${path}`;
  return (
    <>
      <CopyableText text={address} label={copyLabel} />
      {me?.tenant?.id === tenant && (
        <div>
          <Button
            size="md"
            variant="default"
            leftSection={<IconKey size={18} aria-hidden />}
            onClick={() => editor.open()}
          >
            {keyLabel}
          </Button>
        </div>
      )}
      {editor.drawer}
    </>
  );
}
