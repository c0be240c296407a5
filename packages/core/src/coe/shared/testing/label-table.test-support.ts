import type { LabelRule, LabelSchema } from '../../../domain/labels.js';

/** A driver's labels as a table of Markdown, for its page. */
export function labelTable(labels: LabelSchema): string {
  return ['| Label | Values | Default | Meaning |', '| --- | --- | --- | --- |', ...Object.entries(labels).map(rowOf), ''].join(
    '\n',
  );
}

function rowOf([name, rule]: [string, LabelRule]): string {
  const values = rule.oneOf ? rule.oneOf.map((value) => `\`${value}\``).join(', ') : rule.type;
  return `| \`${name}\` | ${values} | ${rule.default ? `\`${rule.default}\`` : ''} | ${rule.meaning}${rule.fixed ? ' An upgrade does not change it.' : ''} |`;
}
