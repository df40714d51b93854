import { List, Text } from '@mantine/core';
import { Plural, Trans } from '@lingui/react/macro';
import { useId } from 'react';

interface OrganisationConsequencesProps {
  /** Unknown to resellers, who do not see the people of their customers. */
  people?: number;
  extensions: number;
  numbers: number;
}

/** The effects of suspending an organisation, shown before. */
export function OrganisationConsequences({ people, extensions, numbers }: OrganisationConsequencesProps) {
  const heading = useId();
  return (
    <div>
      <Text size="sm" fw={600} id={heading}>
        <Trans>This happens at once:</Trans>
      </Text>
      <List size="sm" aria-labelledby={heading}>
        <List.Item>
          {people === undefined ? (
            <Trans>Everyone is signed out, and API keys are refused.</Trans>
          ) : (
            <Plural
              value={people}
              one="# person is signed out, and API keys are refused."
              other="# people are signed out, and API keys are refused."
            />
          )}
        </List.Item>
        <List.Item>
          <Trans>Calls end, apart from those to emergency numbers.</Trans>
        </List.Item>
        <List.Item>
          <Plural
            value={extensions}
            one="The phones of # extension reach only emergency numbers."
            other="The phones of # extensions reach only emergency numbers."
          />
        </List.Item>
        <List.Item>
          <Plural
            value={numbers}
            one="Calls to # public number are refused, without forwarding and voicemail."
            other="Calls to # public numbers are refused, without forwarding and voicemail."
          />
        </List.Item>
        <List.Item>
          <Trans>Its administrators get an e-mail with the reason, and can ask for a review.</Trans>
        </List.Item>
      </List>
      <Text size="sm" mt="xs">
        <Trans>Nothing is deleted. You can end it at any time.</Trans>
      </Text>
    </div>
  );
}
