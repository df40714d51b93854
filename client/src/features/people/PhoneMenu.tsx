import { Menu, UnstyledButton } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Device } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { Drawer } from '~/design/Drawer';
import { openDialog } from '~/design/dialogs';
import type { usePeopleChanges } from './changes';
import { PhoneLogin } from './PhoneLogin';
import { PhoneSetup } from './PhoneSetup';

interface PhoneMenuProps {
  device: Device;
  tenant?: string;
  changes: ReturnType<typeof usePeopleChanges>;
  /** Whether users may sign in at it: its number has no person. */
  sharable: boolean;
}

/** The actions for one phone. */
export function PhoneMenu({ device, tenant, changes, sharable }: PhoneMenuProps) {
  const { t } = useLingui();
  const [settingUp, setSettingUp] = useState(false);
  const which = { path: { device_id: device.id }, query: { tenant } };
  const setShared = (shared: boolean) => api.updateDevice({ ...which, body: { shared } });
  const setEnabled = (enabled: boolean) => api.updateDevice({ ...which, body: { enabled } });

  async function renewLogin() {
    const confirmed = await confirmAction({
      title: t`New password for ${device.name}?`,
      text: t`The current password stops working immediately.`,
      confirmLabel: t`Create`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    changes.mutate({
      apply: async () => {
        const { data } = await api.renewDeviceLogin(which);
        openDialog({ title: t`Login for ${device.name}`, children: <PhoneLogin login={data.sip} tenant={tenant} /> });
      },
      message: t`The password is new.`,
    });
  }

  async function remove() {
    const confirmed = await confirmAction({
      title: t`Delete ${device.name}?`,
      text: t`The device can no longer register. Its current call will end.`,
      confirmLabel: t`Delete`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) changes.mutate({ apply: () => api.deleteDevice(which), message: t`The phone is deleted.` });
  }

  const notify = (reboot: boolean, message: string) =>
    changes.mutate({ apply: () => api.checkSync({ ...which, body: { reboot } }), message });

  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <UnstyledButton p={13} lh={0} aria-label={t`Actions for ${device.name}`}>
            <IconDots size={18} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {device.kind !== 'client' && (
            <>
              <Menu.Item onClick={() => setSettingUp(true)}>
                <Trans>Set-up and keys</Trans>
              </Menu.Item>
              <Menu.Item onClick={() => void renewLogin()}>
                <Trans>New password</Trans>
              </Menu.Item>
            </>
          )}
          {device.kind === 'phone' && device.registered && (
            <>
              <Menu.Item onClick={() => notify(false, t`The phone fetches its settings.`)}>
                <Trans>Fetch settings again</Trans>
              </Menu.Item>
              <Menu.Item onClick={() => notify(true, t`The phone restarts.`)}>
                <Trans>Restart</Trans>
              </Menu.Item>
            </>
          )}
          {sharable && (
            <Menu.Item
              onClick={() =>
                changes.mutate({
                  apply: () => setShared(!device.shared),
                  undo: () => setShared(device.shared === true),
                  message: device.shared ? t`The phone is no longer shared.` : t`The phone is shared.`,
                })
              }
            >
              {device.shared ? <Trans>Stop sharing</Trans> : <Trans>Share</Trans>}
            </Menu.Item>
          )}
          {device.used_by && (
            <Menu.Item
              onClick={() =>
                changes.mutate({ apply: () => api.signOutOfPhone(which), message: t`The user is signed out.` })
              }
            >
              <Trans>Sign out {device.used_by}</Trans>
            </Menu.Item>
          )}
          <Menu.Item
            onClick={() =>
              changes.mutate({
                apply: () => setEnabled(!device.enabled),
                undo: () => setEnabled(device.enabled),
                message: device.enabled ? t`The phone is blocked.` : t`The phone may register again.`,
              })
            }
          >
            {device.enabled ? <Trans>Block</Trans> : <Trans>Unblock</Trans>}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => void remove()}>
            <Trans>Delete</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Drawer opened={settingUp} onClose={() => setSettingUp(false)} title={t`Set-up of ${device.name}`}>
        <PhoneSetup device={device} tenant={tenant} />
      </Drawer>
    </>
  );
}
