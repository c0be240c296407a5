/**
 * Values as openstackclient writes them in its formats `value` and `csv`, which are Python's `str()`: scripts that read one client read the other.
 */
export function toPythonText(value: unknown): string {
  return typeof value === 'string' ? value : represent(value);
}

/** Python's `repr()` of data that came as JSON. */
function represent(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(represent).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${quote(key)}: ${represent(inner)}`)
    .join(', ')}}`;
}

function quote(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
