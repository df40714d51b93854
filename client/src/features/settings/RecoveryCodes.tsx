import { Button, Code, Group, Modal, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { CopyButton } from '~/design/CopyButton';
import { useLayer } from '~/design/layers';
import { useValue } from '~/core/store';
import css from './recovery-codes.module.css';
import type { SecurityModel } from './security';

/** The ten recovery codes, shown once, with copy and print. Closing requires the button. */
export function RecoveryCodes({ model }: { model: SecurityModel }) {
  const { t } = useLingui();
  const codes = useValue(model.state, (each) => each.recoveryCodes);
  const shown = codes !== undefined;
  // Back and a reload would lose them.
  useLayer(
    shown,
    () => undefined,
    () => shown,
  );
  return (
    <Modal
      opened={shown}
      onClose={() => model.clearRecoveryCodes()}
      title={t`Your recovery codes`}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      className={css.printed}
      centered
    >
      <Stack>
        <Text size="sm">
          <Trans>
            Use a recovery code to sign in if you lose your second factor. Each code works once. Store the codes in a
            safe place: they are shown only now.
          </Trans>
        </Text>
        <SimpleGrid cols={2} spacing="xs" component="ul" className={css.codes}>
          {codes?.map((each) => (
            <li key={each}>
              <Code fz="md">{each}</Code>
            </li>
          ))}
        </SimpleGrid>
        <Group grow className={css.buttons}>
          <CopyButton text={codes?.join('\n') ?? ''} />
          <Button size="md" variant="default" leftSection={<IconPrinter aria-hidden />} onClick={() => window.print()}>
            <Trans>Print</Trans>
          </Button>
        </Group>
        <Button size="md" className={css.buttons} onClick={() => model.clearRecoveryCodes()}>
          <Trans>Done</Trans>
        </Button>
      </Stack>
    </Modal>
  );
}
