import { ActionIcon, Menu } from '@mantine/core';
import { IconCamera, IconFile, IconPaperclip, IconPhoto } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useRef } from 'react';

interface AttachMenuProps {
  onFiles: (files: File[]) => void;
}

/** Chooses photos, a new photo, or files. The system asks for camera and gallery at this moment only. */
export function AttachMenu({ onFiles }: AttachMenuProps) {
  const { t } = useLingui();
  const photos = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const any = useRef<HTMLInputElement>(null);
  const input = (ref: typeof any, options: { accept?: string; capture?: 'environment'; label: string }) => (
    <input
      ref={ref}
      type="file"
      hidden
      multiple={!options.capture}
      accept={options.accept}
      capture={options.capture}
      aria-label={options.label}
      onChange={({ currentTarget }) => {
        onFiles([...(currentTarget.files ?? [])]);
        currentTarget.value = '';
      }}
    />
  );
  return (
    <>
      <Menu position="top-start">
        <Menu.Target>
          <ActionIcon variant="subtle" size={44} radius="xl" aria-label={t`Attach`}>
            <IconPaperclip size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPhoto size={18} aria-hidden />} onClick={() => photos.current?.click()}>
            <Trans>Photo or video</Trans>
          </Menu.Item>
          <Menu.Item leftSection={<IconCamera size={18} aria-hidden />} onClick={() => camera.current?.click()}>
            <Trans>Camera</Trans>
          </Menu.Item>
          <Menu.Item leftSection={<IconFile size={18} aria-hidden />} onClick={() => any.current?.click()}>
            <Trans>File</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {input(photos, { accept: 'image/*,video/*', label: t`Photo or video` })}
      {input(camera, { accept: 'image/*,video/*', capture: 'environment', label: t`Camera` })}
      {input(any, { label: t`File` })}
    </>
  );
}
