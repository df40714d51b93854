import { Button, Modal, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import { InfoNotice } from '~/design/Notice';
import { qrScanner, ScanModel, Viewfinder } from '~/features/sign-in';
import { readSafetyCode } from './safety';

interface SafetyScanProps {
  name: string;
  /** The digits of the scanned safety number. */
  onFound: (digits: string) => void;
  onClose: () => void;
}

/** Scans the safety number on the screen of another member. The camera is opened on request. */
export function SafetyScan({ name, onFound, onClose }: SafetyScanProps) {
  const { t } = useLingui();
  const [model] = useState(() => new ScanModel(qrScanner, readSafetyCode, onFound));
  const { phase, stream, seen } = useValue(model.state);
  const dismiss = useLayer(true, onClose);
  useEffect(() => {
    void model.start();
    void model.open();
    return () => model.close();
  }, [model]);
  return (
    <Modal
      opened
      onClose={dismiss}
      title={t`Scan safety number`}
      closeButtonProps={{ 'aria-label': t`Close`, size: 44 }}
    >
      <Stack>
        <Text size="sm">
          <Trans>Let {name} open the details of this conversation and show the safety number as a QR code.</Trans>
        </Text>
        {phase === 'looking' && stream && <Viewfinder model={model} stream={stream} />}
        {seen && (
          <InfoNotice>
            <Trans>This code is not a safety number.</Trans>
          </InfoNotice>
        )}
        {(phase === 'refused' || phase === 'missing' || phase === 'broken') && (
          <InfoNotice title={t`Camera not available`}>
            <Trans>Allow the camera in your browser settings and try again, or compare the digits.</Trans>
            <Button mt="sm" size="md" variant="default" onClick={() => void model.open()}>
              <Trans>Try again</Trans>
            </Button>
          </InfoNotice>
        )}
      </Stack>
    </Modal>
  );
}
