import { Center, Image } from '@mantine/core';

/** A QR code, black on white in any theme, rendered as an image so that the SVG cannot run scripts. */
export function QrCode({ svg, alt, size = 240 }: { svg: string; alt: string; size?: number }) {
  return (
    <Center>
      <Center bg="white" p="xs" style={{ borderRadius: 'var(--mantine-radius-md)', forcedColorAdjust: 'none' }}>
        <Image w={size} h="auto" maw="100%" src={`data:image/svg+xml;utf8,${encodeURIComponent(svg)}`} alt={alt} />
      </Center>
    </Center>
  );
}
