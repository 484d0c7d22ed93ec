const MARKUP: unique symbol = Symbol('markup')

/**
 * Markup that is safe to send as it is. Only `html` makes it: the symbol stays in this file, so no
 * parsed body and no cast-free code elsewhere can pass a string off as markup.
 */
export interface Html {
  readonly [MARKUP]: string
  toString(): string
}

/** `null`, `undefined` and `false` render nothing: `${isOwner && html`<b>Owner</b>`}`. */
export type HtmlValue = Html | readonly Html[] | string | number | null | undefined | false

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

/**
 * Builds markup in which every string and number is escaped for text and for quoted attributes.
 * Always quote an attribute; an address in `href` must be one that we made, since escaping does
 * not take the harm out of `javascript:`.
 */
export function html(texts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const markup = texts.reduce((before, text, i) => before + render(values[i - 1]) + text)
  return { [MARKUP]: markup, toString: () => markup }
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? '')
  if (typeof value === 'number') return String(value)
  if (MARKUP in value) return value[MARKUP]
  return value.map(render).join('')
}
