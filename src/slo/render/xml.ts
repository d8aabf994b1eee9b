/** A tag with its attributes and what is inside. Undefined attributes are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  children: string[] = [],
): string {
  const shown = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const open = `<${name}${shown.map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`).join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>\n${indent(children.join('\n'))}\n</${name}>`;
}

/** An element that holds text only, kept as it is. */
export function textElement(name: string, text: string): string {
  return `<${name}>${escapeXml(text).replaceAll('&#10;', '\n')}</${name}>`;
}

// XML 1.0 has no way at all to write these, not even as references.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** Escapes for attributes and text; a parser would turn a bare line break in an attribute into a space. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function indent(text: string): string {
  return text.replace(/^(?=[ ]*<)/gm, '  ');
}
