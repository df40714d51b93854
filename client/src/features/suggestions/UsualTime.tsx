import { Text } from '@mantine/core';
import { useSuggestions } from './useSuggestions';
import { useUsualTime } from './useUsualTime';

interface UsualTimeProps {
  /** The colleague's id. */
  id?: string;
  numbers: string[];
}

/** When a party usually answers the user. Renders nothing if it is unknown. */
export function UsualTime({ id, numbers }: UsualTimeProps) {
  const usualTime = useUsualTime();
  const found = useSuggestions().find((each) =>
    each.extension_id ? each.extension_id === id : numbers.includes(each.number),
  );
  const text = usualTime(found?.best_time ?? null);
  return text ? (
    <Text size="sm" c="dimmed">
      {text}
    </Text>
  ) : null;
}
