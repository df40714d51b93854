interface Topic {
  key: string;
  categories: string[];
}

/** Topics of the privacy policy of which all categories are affected. */
export function topicsOf(categories: string[], topics: Topic[]): string[] {
  const affected = new Set(categories);
  return topics.filter((each) => each.categories.every((one) => affected.has(one))).map(({ key }) => key);
}

/** All categories of these topics, without duplicates. */
function categoriesOf(keys: string[], topics: Topic[]): string[] {
  return [
    ...new Set(topics.filter(({ key }) => keys.includes(key)).flatMap(({ categories }) => categories)),
  ].toSorted();
}

/** Categories after a choice of topics: those of the chosen ones, and those of before that belong to no whole topic, which
 * no choice shows. */
export function chosenCategories(before: string[], keys: string[], topics: Topic[]): string[] {
  const shown = new Set(categoriesOf(topicsOf(before, topics), topics));
  const others = before.filter((each) => !shown.has(each));
  return [...new Set([...categoriesOf(keys, topics), ...others])].toSorted();
}

/** Whole hours until a time; 0 once it is over. */
export function hoursLeft(due: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(due) - now) / 3_600_000));
}

/** A time as a field for date and time has it: local, without the zone. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
