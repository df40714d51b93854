import { Alert, Button, Code, CopyButton, Group, Table, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';

/** A value that is shown once, with a copy button and a note. */
export function Secret({ text }: { text: string }) {
  return (
    <>
      <Group wrap="nowrap" my="sm">
        <Code block style={{ flex: 1, fontSize: 'var(--mantine-font-size-md)' }}>
          {text}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>Shown only now. It cannot be displayed again.</Trans>
      </Text>
    </>
  );
}

interface Login {
  username: string;
  password: string;
  domain: string;
  uri: string;
}

/** Login data for a SIP phone. */
export function SipLogin({ login }: { login: Login }) {
  const rows = [
    [<Trans key="u">Username</Trans>, login.username],
    [<Trans key="p">Password</Trans>, login.password],
    [<Trans key="d">Domain</Trans>, login.domain],
    [<Trans key="a">Address</Trans>, login.uri],
  ] as const;
  return (
    <>
      <Table variant="vertical" withTableBorder my="sm">
        <Table.Tbody>
          {rows.map(([title, value]) => (
            <Table.Tr key={value}>
              <Table.Th>{title}</Table.Th>
              <Table.Td style={{ wordBreak: 'break-all' }}>
                <Code>{value}</Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Alert color="harbour" variant="light">
        <Trans>The password is shown only now. Enter it in the phone or store it in a safe place.</Trans>
      </Alert>
    </>
  );
}
