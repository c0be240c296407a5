type Item = Readonly<Record<string, unknown>>;

/** Items as a table within a result shows them: columns without any value are left out, and the bounds of labels are one column. */
export function viewItems(items: readonly Item[]): readonly Item[] {
  const viewed = items.every(isLabel) ? items.map(viewLabel) : items;
  const names = [...new Set(viewed.flatMap((item) => Object.keys(item)))];
  const used = names.filter((name) => viewed.some((item) => hasValue(item[name])));
  return viewed.map((item) => Object.fromEntries(used.map((name) => [name, item[name]])));
}

function hasValue(value: unknown): boolean {
  return value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
}

/** A label that a driver reads has seven fields, which leave no room for its meaning. */
function isLabel(item: Item): boolean {
  return ['name', 'type', 'default', 'one_of', 'minimum', 'maximum', 'meaning'].every((name) => name in item);
}

function viewLabel({ name, type, default: preset, one_of: choices, minimum, maximum, meaning }: Item): Item {
  const values = Array.isArray(choices) ? choices.map(String).join(', ') : `${String(type)}${formatBounds(minimum, maximum)}`;
  return { name, values, default: preset, meaning };
}

function formatBounds(minimum: unknown, maximum: unknown): string {
  if (hasValue(minimum) && hasValue(maximum)) return ` ${String(minimum)} to ${String(maximum)}`;
  if (hasValue(minimum)) return ` from ${String(minimum)}`;
  return hasValue(maximum) ? ` to ${String(maximum)}` : '';
}
