import { Center, Image } from '@mantine/core';

/** A code to be scanned: black on white whatever the colours around, in an image, where an SVG can do nothing. */
export function QrCode({ svg, alt, size = 240 }: { svg: string; alt: string; size?: number }) {
  return (
    <Center>
      <Center bg="white" p="xs" style={{ borderRadius: 'var(--mantine-radius-md)' }}>
        <Image w={size} h={size} src={`data:image/svg+xml;utf8,${encodeURIComponent(svg)}`} alt={alt} />
      </Center>
    </Center>
  );
}
