/** Markup as text. Everything that people wrote is escaped. */
export type Html = string;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escape = (text: string): Html => text.replaceAll(/[&<>"']/g, (character) => entities[character]!);

/** A label of any script and length; <bdi> keeps its direction from affecting the text around it. */
export const labelHtml = (label: string, most = 60): Html => {
  const letters = [...label];
  return letters.length <= most
    ? `<bdi>${escape(label)}</bdi>`
    : `<bdi title="${escape(label)}">${escape(letters.slice(0, most - 1).join(''))}…</bdi>`;
};

export function table(heads: readonly Html[], rows: readonly (readonly Html[])[], caption: Html): Html {
  const head = heads.map((cell) => `<th scope="col">${cell}</th>`).join('');
  const body = rows
    .map(
      ([first, ...cells]) =>
        `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
    )
    .join('\n');
  return (
    `<div class="wide" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead>` +
    `<tbody>${body}</tbody></table></div>`
  );
}

export const section = (id: string, title: Html, ...content: readonly Html[]): Html =>
  `<section id="${id}"><h2>${title}</h2>${content.join('\n')}</section>`;
